<?php

declare(strict_types=1);

namespace SatisOperator;

/** Everything that the packages.json of a directory names, read the way a client would, and found to be there. */
final class Catalogue
{
    /** The ends of the URLs under which Satis puts its files, whatever the homepage before them. */
    private const METADATA = ['p2/%package%.json', 'p/%package%$%hash%.json'];

    /** @var array<string, true> package names */
    public array $packages = [];
    /** @var array<string, true> the commits that versions were made from */
    public array $references = [];
    /** @var array<string, string|null> SHA-1 sums of the archives by path */
    public array $archives = [];

    private string $directory;
    private ?string $archivePrefix;
    private ?string $archiveDirectory;
    private Interruption $interruption;

    private function __construct(string $directory, ?string $archivePrefix, ?string $archiveDirectory, Interruption $interruption)
    {
        $this->directory = $directory;
        $this->archivePrefix = $archivePrefix;
        $this->archiveDirectory = $archiveDirectory;
        $this->interruption = $interruption;
    }

    /** @param string|null $archivePrefix what the URLs of its archives start with, null where it has none */
    public static function read(string $directory, ?string $archivePrefix, ?string $archiveDirectory, Interruption $interruption): self
    {
        $catalogue = new self($directory, $archivePrefix, $archiveDirectory, $interruption);
        $root = $catalogue->file('packages.json');
        $catalogue->addVersions($root['packages'] ?? []);
        foreach ($root['includes'] ?? [] as $path => $sums) {
            $catalogue->addVersions($catalogue->file($path, $sums)['packages'] ?? []);
        }
        foreach ($root['providers'] ?? [] as $name => $sums) {
            $path = self::relative($root['providers-url'] ?? '');
            $path = str_replace(['%package%', '%hash%'], [$name, $sums['sha256'] ?? ''], $path);
            $catalogue->addVersions($catalogue->file($path, $sums)['packages'] ?? []);
        }
        $catalogue->addMetadata($root);

        return $catalogue;
    }

    /**
     * The packages of a directory that need not be whole, and may have been made by another configuration: only names count.
     *
     * @return array<string, true>
     */
    public static function names(string $directory): array
    {
        $root = json_decode((string) @file_get_contents("$directory/packages.json"), true);
        $names = array_fill_keys($root['available-packages'] ?? [], true) + ($root['providers'] ?? []) + ($root['packages'] ?? []);
        foreach ($root['includes'] ?? [] as $path => $sums) {
            $include = json_decode((string) @file_get_contents("$directory/$path"), true);
            $names += $include['packages'] ?? [];
        }

        return array_fill_keys(array_keys($names), true);
    }

    /** @param array<string, mixed> $root */
    private function addMetadata(array $root): void
    {
        if (!isset($root['metadata-url'])) {
            return;
        }
        $names = array_fill_keys($root['available-packages'] ?? [], true) ?: $this->packages;
        foreach (array_keys($names) as $name) {
            foreach ([$name, "$name~dev"] as $file) {
                $path = str_replace('%package%', $file, self::relative($root['metadata-url']));
                $this->addVersions($this->file($path)['packages'] ?? []);
            }
        }
        $this->packages += $names;
    }

    /** @param array<string, mixed> $packages */
    private function addVersions(array $packages): void
    {
        $prefix = $this->archivePrefix;
        foreach ($packages as $name => $versions) {
            $this->packages[$name] = true;
            foreach ($versions as $version) {
                $this->references[$version['source']['reference'] ?? ''] = $this->references[$version['dist']['reference'] ?? ''] = true;
                $url = $version['dist']['url'] ?? '';
                if ($prefix !== null && strpos($url, $prefix) === 0) {
                    $path = "{$this->archiveDirectory}/" . substr($url, strlen($prefix));
                    $this->archives[$path] = ($version['dist']['shasum'] ?? '') ?: null;
                }
            }
        }
    }

    /**
     * @param array<string, string> $sums
     * @return array<string, mixed>
     */
    private function file(string $path, array $sums = []): array
    {
        $this->interruption->check('the output was checked');
        $file = "{$this->directory}/$path";
        if (!is_file($file)) {
            throw new Failure('OutputInvalid', "Satis wrote no $path, which packages.json names. Nothing was published.");
        }
        foreach ($sums as $algorithm => $sum) {
            if (!in_array($algorithm, ['sha1', 'sha256'], true) || hash_file($algorithm, $file) !== $sum) {
                throw new Failure('OutputInvalid', "$path does not have the checksum that packages.json names. Nothing was published.");
            }
        }

        return Json::object($file, 'OutputInvalid');
    }

    private static function relative(string $url): string
    {
        foreach (self::METADATA as $end) {
            if (substr($url, -strlen($end)) === $end) {
                return $end;
            }
        }

        return ltrim($url, '/');
    }
}
