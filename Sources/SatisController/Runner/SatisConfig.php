<?php

declare(strict_types=1);

namespace SatisOperator;

/** satis.json, as far as the runner has to know it. Satis itself checks the rest against its schema. */
final class SatisConfig
{
    /** Where Satis puts metadata. */
    private const METADATA_DIRECTORIES = ['include', 'p', 'p2'];

    public string $path;
    /** SHA-256 of the text, by which a release is known to be built from it. */
    public string $hash;
    /** @var array<string, mixed> */
    private array $json;

    public static function read(string $path): self
    {
        $config = new self();
        $config->path = $path;
        $config->json = Json::object($path, 'ConfigurationInvalid');
        $config->hash = hash_file('sha256', $path);
        $config->check();

        return $config;
    }

    private function check(): void
    {
        foreach (['name', 'homepage'] as $key) {
            if (!is_string($this->json[$key] ?? null)) {
                throw $this->failure("has no \"$key\", which Satis requires");
            }
        }
        if (!is_array($this->json['repositories'] ?? null)) {
            throw $this->failure('has no "repositories"');
        }
        foreach ($this->sources() as $url) {
            // They would be seen in argument lists, of Satis and of git.
            $hasUser = preg_match('{^[a-z+]+://[^/]*:[^/]*@|^https?://[^/]+@}i', $url);
            if ($hasUser || Redactor::hasSecretParameter($url)) {
                throw $this->failure("has a password or token in the URL \"$url\"; put it into auth.json");
            }
        }
        $include = $this->json['include-filename'] ?? '';
        if (!is_string($include) || in_array('..', explode('/', $include), true)) {
            throw $this->failure('has an include-filename that is not a path inside of the release');
        }
        $archive = $this->json['archive'] ?? [];
        if (!is_array($archive) || !is_string($archive['prefix-url'] ?? '')) {
            throw $this->failure('has an "archive" that Satis cannot read');
        }
        if (isset($archive['absolute-directory'])) {
            throw $this->failure('has archive.absolute-directory, which lies outside of the release; use archive.directory');
        }
        $directory = $archive['directory'] ?? 'dist';
        if (!is_string($directory) || in_array('..', explode('/', $directory), true) || trim($directory, '/.') === '') {
            throw $this->failure('has an archive.directory that is not a path inside of the release');
        }
        // A purge deletes there what nothing names as an archive; and releases share archives, but never metadata.
        $first = array_values(array_diff(explode('/', $directory), ['', '.']))[0];
        if (in_array($first, self::METADATA_DIRECTORIES, true)) {
            $what = "has the archive.directory \"$directory\", but \"$first\" is where Satis puts metadata";
            throw $this->failure("$what; use another directory, such as \"dist\", and make a full build");
        }
    }

    /** The directory of the archives inside of a release, null when Satis makes none. */
    public function archiveDirectory(): ?string
    {
        return isset($this->json['archive']['directory']) ? trim($this->json['archive']['directory'], '/') : null;
    }

    /** What the URL of every archive that Satis made starts with. */
    public function archivePrefix(): ?string
    {
        $archive = $this->json['archive'] ?? [];

        return isset($archive['directory']) ? ($archive['prefix-url'] ?? $this->homepage()) . "/{$archive['directory']}/" : null;
    }

    /** Satis lets its environment win over the file, even where the variable is empty. */
    private function homepage(): string
    {
        $homepage = getenv('SATIS_HOMEPAGE');

        return $homepage === false ? $this->json['homepage'] : $homepage;
    }

    /** Without includes and providers Satis cannot read its own output back: a partial build would drop all other packages. */
    public function allowsPartialBuilds(): bool
    {
        return ($this->json['includes'] ?? true) === true || ($this->json['providers'] ?? false) === true;
    }

    /** Whether a repository with this URL has this name, by which Satis can build it. */
    public function hasEntry(string $url, string $package): bool
    {
        foreach ($this->json['repositories'] as $repository) {
            if (is_array($repository) && ($repository['url'] ?? null) === $url && ($repository['name'] ?? null) === $package) {
                return true;
            }
        }

        return false;
    }

    /** @return list<string> the URLs that Satis compares --repository-url with */
    public function sources(): array
    {
        $sources = [];
        foreach ($this->json['repositories'] as $repository) {
            if (!is_array($repository) || !isset($repository['type'])) {
                continue;
            }
            $sources[] = $repository['url'] ?? null;
            $package = (array) ($repository['package'] ?? []);
            foreach (isset($package['name']) ? [$package] : $package as $inline) {
                $sources[] = $inline['source']['url'] ?? null;
            }
        }

        return array_values(array_unique(array_filter($sources, 'is_string')));
    }

    /** @return array<string, mixed> the parts that may hold credentials, for the redactor */
    public function credentials(): array
    {
        $keys = ['http-basic', 'bearer', 'github-oauth', 'gitlab-oauth', 'gitlab-token', 'bitbucket-oauth', 'custom-headers'];
        $credentials = array_intersect_key((array) ($this->json['config'] ?? []), array_flip($keys));
        foreach ($this->json['repositories'] as $repository) {
            foreach (array_filter((array) ($repository['options']['http']['header'] ?? []), 'is_string') as $header) {
                $credentials[] = trim((string) strstr($header, ':'), ': ');
            }
        }

        return $credentials;
    }

    private function failure(string $what): Failure
    {
        return new Failure('ConfigurationInvalid', "satis.json $what.");
    }
}
