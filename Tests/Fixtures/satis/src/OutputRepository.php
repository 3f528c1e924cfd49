<?php

declare(strict_types=1);

namespace SatisStandIn;

use Composer\Json\JsonFile;
use Composer\MetadataMinifier\MetadataMinifier;
use Composer\Package\AliasPackage;
use Composer\Package\CompletePackage;
use Composer\Package\Dumper\ArrayDumper;
use Composer\Package\Loader\ArrayLoader;
use Composer\Package\Version\VersionParser;
use Symfony\Component\Console\Output\OutputInterface;

/** The files of the Composer repository: plain writes into the output directory, without lock or rename, as Satis does it. */
final class OutputRepository
{
    private string $directory;
    private array $config;
    private OutputInterface $output;

    /** @param array<string, mixed> $config */
    public function __construct(string $directory, array $config, OutputInterface $output)
    {
        $this->directory = $directory;
        $this->config = $config;
        $this->output = $output;
    }

    /**
     * What an earlier build wrote. An include that is missing is an error message, and the build goes on without it.
     *
     * @param list<string> $without names of packages that are built anew
     * @return array<string, CompletePackage> by unique name
     */
    public function load(array $without): array
    {
        $root = new JsonFile("{$this->directory}/packages.json");
        $packages = [];
        foreach ($root->exists() ? array_keys($root->read()['includes'] ?? []) : [] as $name) {
            $include = new JsonFile("{$this->directory}/$name");
            if (!$include->exists()) {
                $this->output->writeln("<error>File '{$include->getPath()}' does not exist, defined in \"includes\" in '{$root->getPath()}'</error>");
                continue;
            }
            foreach ($include->read()['packages'] ?? [] as $versions) {
                foreach ($versions as $version) {
                    $package = (new ArrayLoader())->load($version);
                    $package = $package instanceof AliasPackage ? $package->getAliasOf() : $package;
                    if (!in_array($package->getName(), $without, true)) {
                        $packages[$package->getUniqueName()] = $package;
                    }
                }
            }
        }

        return $packages;
    }

    /** @param array<string, CompletePackage> $packages */
    public function dump(array $packages, bool $minify): void
    {
        $versions = [];
        foreach ($packages as $package) {
            $versions[$package->getName()][$package->getPrettyVersion()] = (new ArrayDumper())->dump($package);
        }
        $root = ['packages' => []];
        $include = null;
        if ($this->config['includes'] ?? true) {
            $text = $this->encode(['packages' => $versions]);
            $include = 'include/all$' . sha1($text) . '.json';
            $this->write($include, $text);
            $root['includes'] = [$include => ['sha1' => sha1($text)]];
        }
        Trace::hold();
        $root['metadata-url'] = parse_url(rtrim($this->config['homepage'], '/'), PHP_URL_PATH) . '/p2/%package%.json';
        $root['available-packages'] = array_keys($versions);
        foreach ($versions as $name => $all) {
            $dev = array_filter($all, static fn ($version) => VersionParser::parseStability($version['version']) === 'dev');
            $this->dumpVersions($name, array_values(array_diff_key($all, $dev)), $minify);
            $this->dumpVersions("$name~dev", array_values($dev), $minify);
        }
        $this->output->writeln('<info>Writing packages.json</info>');
        (new JsonFile("{$this->directory}/packages.json"))->write($root);
        $this->prune($include);
    }

    /** @param array<string, CompletePackage> $packages */
    public function dumpPage(array $packages): void
    {
        $items = '';
        foreach ($packages as $package) {
            $items .= '<li>' . htmlspecialchars("{$package->getName()} {$package->getPrettyVersion()}") . "</li>\n";
        }
        $title = htmlspecialchars($this->config['name']);
        $this->write('index.html', "<!DOCTYPE html>\n<title>$title</title>\n<h1>$title</h1>\n<ul>\n$items</ul>\n");
    }

    /** @param list<array<string, mixed>> $versions */
    private function dumpVersions(string $name, array $versions, bool $minify): void
    {
        $package = explode('~', $name)[0];
        $content = ['packages' => [$package => $minify ? MetadataMinifier::minify($versions) : $versions]];
        $this->write("p2/$name.json", $this->encode($content + ($minify ? ['minified' => 'composer/2.0'] : [])));
    }

    private function prune(?string $keep): void
    {
        $this->output->writeln('<info>Pruning include directories</info>');
        foreach (glob("{$this->directory}/include/all$*.json") as $file) {
            if ($keep !== null && basename($file) !== basename($keep)) {
                unlink($file);
                $this->output->writeln("<comment>Deleted $file</comment>");
            }
        }
    }

    /** @param array<string, mixed> $content */
    private function encode(array $content): string
    {
        return JsonFile::encode($content) . "\n";
    }

    private function write(string $name, string $text): void
    {
        $path = "{$this->directory}/$name";
        if (!is_dir(dirname($path))) {
            mkdir(dirname($path), 0777, true);
        }
        file_put_contents($path, $text);
        $this->output->writeln("<info>Wrote packages to $path</info>");
    }
}
