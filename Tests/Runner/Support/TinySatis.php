<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A Satis that takes no time, for tests of everything around it: it copies a repository that the test has written. */
final class TinySatis
{
    /** A zip archive without entries. */
    private const EMPTY_ZIP = "PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private string $directory;

    public function __construct(Workspace $workspace)
    {
        $this->directory = "{$workspace->root}/built";
        $workspace->satis = $workspace->script('tiny-satis', <<<SH
            for staging; do :; done
            rm -rf "\$staging/include"
            cp -R {$this->directory}/. "\$staging"
            SH);
    }

    /** Has the next builds write these versions of acme/a, and packages beside it. */
    public function builds(string $version, string ...$packages): void
    {
        $all = [];
        foreach (array_merge(['acme/a'], $packages) as $name) {
            $archive = "dist/$name/$version.zip";
            $this->write($archive, self::EMPTY_ZIP);
            $dist = ['type' => 'zip', 'url' => "http://packages.example.test/composer/$archive", 'shasum' => sha1(self::EMPTY_ZIP)];
            $all[$name] = [$version => ['name' => $name, 'version' => $version, 'dist' => $dist]];
            $this->write("p2/$name.json", json_encode(['packages' => [$name => array_values($all[$name])]]));
            $this->write("p2/$name~dev.json", json_encode(['packages' => [$name => []]]));
        }
        $include = json_encode(['packages' => $all]);
        array_map('unlink', glob("{$this->directory}/include/*"));
        $this->write('include/all$' . sha1($include) . '.json', $include);
        $this->write('packages.json', json_encode([
            'packages' => [],
            'includes' => ['include/all$' . sha1($include) . '.json' => ['sha1' => sha1($include)]],
            'metadata-url' => '/composer/p2/%package%.json',
            'available-packages' => array_keys($all),
        ]));
    }

    public function write(string $name, string $text): void
    {
        $path = "{$this->directory}/$name";
        if (!is_dir(dirname($path))) {
            mkdir(dirname($path), 0777, true);
        }
        file_put_contents($path, $text);
    }
}
