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
    /** @var array<string, list<string>>|null */
    private ?array $urls = null;

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

    /** @return list<string> the URLs of its sources, as it spells them */
    public function sources(): array
    {
        return array_map('strval', array_keys($this->urls()));
    }

    /** @return list<string> the URLs by which Satis knows what satis.json lists under this one */
    public function urlsInSatis(string $source): array
    {
        return $this->urls()[$source] ?? [$source];
    }

    /** @return list<string> the sources that Satis knows by this URL, the URL itself where there are none */
    public function sourcesKnownAs(string $url): array
    {
        $knows = static fn (array $urls): bool => in_array($url, $urls, true);

        return array_map('strval', array_keys(array_filter($this->urls(), $knows))) ?: [$url];
    }

    /** @return array<string, list<string>> what Satis compares --repository-url with, by source */
    private function urls(): array
    {
        if ($this->urls !== null) {
            return $this->urls;
        }
        $this->urls = [];
        foreach ($this->json['repositories'] as $repository) {
            if (!is_array($repository) || !isset($repository['type'])) {
                continue;
            }
            $this->add($repository['url'] ?? null, $repository['type'] === 'composer');
            $package = (array) ($repository['package'] ?? []);
            foreach (isset($package['name']) ? [$package] : $package as $inline) {
                $this->add($inline['source']['url'] ?? null, false);
            }
        }

        return $this->urls;
    }

    /** @param mixed $source */
    private function add($source, bool $isComposer): void
    {
        if (is_string($source)) {
            $url = $isComposer ? self::normalized($source) : $source;
            $this->urls[$source] = array_values(array_unique(array_merge($this->urls[$source] ?? [], [$url])));
        }
    }

    /** What a Composer repository makes of its URL: Satis asks it, and not satis.json. */
    private static function normalized(string $url): string
    {
        $url = rtrim(preg_match('{^[\w.]+\??://}', $url) ? $url : "http://$url", '/');

        return strpos($url, 'https?') === 0 ? (extension_loaded('openssl') ? 'https' : 'http') . substr($url, 6) : $url;
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
