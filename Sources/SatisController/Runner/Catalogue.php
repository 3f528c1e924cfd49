<?php

declare(strict_types=1);

namespace SatisOperator;

/** Everything that the packages.json of a directory names, read the way a client would, and found to be there. */
final class Catalogue
{
    /** @var array<string, true> package names */
    public array $packages = [];
    /** @var array<string, string|null> SHA-1 sums of the archives by path */
    public array $archives = [];

    private string $directory;
    private SatisConfig $config;
    private Interruption $interruption;

    private function __construct(string $directory, SatisConfig $config, Interruption $interruption)
    {
        $this->directory = $directory;
        $this->config = $config;
        $this->interruption = $interruption;
    }

    public static function read(string $directory, SatisConfig $config, Interruption $interruption): self
    {
        $catalogue = new self($directory, $config, $interruption);
        $root = $catalogue->file('packages.json');
        $catalogue->addVersions($root['packages'] ?? []);
        foreach ($root['includes'] ?? [] as $path => $sums) {
            $catalogue->addVersions($catalogue->file($path, $sums)['packages'] ?? []);
        }
        foreach ($root['providers'] ?? [] as $name => $sums) {
            $path = str_replace(['%package%', '%hash%'], [$name, $sums['sha256'] ?? ''], $root['providers-url'] ?? '');
            $catalogue->addVersions($catalogue->file($catalogue->relative($path), $sums)['packages'] ?? []);
        }
        $catalogue->addMetadata($root);

        return $catalogue;
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
                $path = $this->relative(str_replace('%package%', $file, $root['metadata-url']));
                $this->addVersions($this->file($path)['packages'] ?? []);
            }
        }
        $this->packages += $names;
    }

    /** @param array<string, mixed> $packages */
    private function addVersions(array $packages): void
    {
        $prefix = $this->config->archivePrefix();
        foreach ($packages as $name => $versions) {
            $this->packages[$name] = true;
            foreach ($versions as $version) {
                $url = $version['dist']['url'] ?? '';
                if ($prefix !== null && strpos($url, $prefix) === 0) {
                    $path = $this->config->archiveDirectory() . '/' . substr($url, strlen($prefix));
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

    private function relative(string $url): string
    {
        $base = $this->config->basePath();

        return strpos($url, $base) === 0 ? substr($url, strlen($base)) : ltrim($url, '/');
    }
}
