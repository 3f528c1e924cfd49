<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A directory with all that a build pod mounts, and the runner as the pod starts it. */
final class Workspace
{
    public const RUNNER = __DIR__ . '/../../../Sources/SatisController/Runner';
    public const STAND_IN = __DIR__ . '/../../Fixtures/satis/bin/satis';

    public string $root;
    public GitHost $git;
    /** The Satis that the runner is given. */
    public string $satis;
    /** The shell that runs start.sh, as words. @var list<string> */
    public array $shell = ['sh'];
    /** What the runner is started by, to become another user. @var list<string> */
    public array $prefix = [];
    /** @var array<string, string> */
    public array $environment = [];
    private int $runs = 0;

    public function __construct(string ...$packages)
    {
        $this->root = sys_get_temp_dir() . '/satis-runner-test-' . bin2hex(random_bytes(6));
        foreach (['', '/output', '/cache', '/credentials', '/bin', '/tmp'] as $directory) {
            mkdir($this->root . $directory);
            chmod($this->root . $directory, 0777);
        }
        $this->satis = getenv('SATIS_BIN') ?: self::STAND_IN;
        $this->git = new GitHost($this->root);
        array_map([$this->git, 'create'], $packages);
        $this->configure(array_map([$this->git, 'url'], $packages));
        // The PHP of the images has no pcntl, so the tests must not lend one to the runner.
        $this->script('php', 'exec ' . PHP_BINARY . ' -d disable_functions=' . implode(',', get_extension_funcs('pcntl') ?: []) . ' "$@"');
    }

    public function __destruct()
    {
        Process::start(['rm', '-rf', $this->root])->wait();
    }

    /**
     * @param list<string> $urls
     * @param array<string, mixed> $more null takes a key out
     */
    public function configure(array $urls, array $more = []): void
    {
        $this->write('satis.json', array_filter($more + [
            'name' => 'acme/repository',
            'homepage' => 'http://packages.example.test/composer',
            'repositories' => array_map(static fn (string $url): array => ['type' => 'vcs', 'url' => $url], $urls),
            'require-all' => true,
            'archive' => ['directory' => 'dist', 'format' => 'zip'],
        ], static fn ($value): bool => $value !== null));
    }

    /** An executable shell script, first on the PATH of the runner. */
    public function script(string $name, string $body): string
    {
        $path = "{$this->root}/bin/$name";
        file_put_contents($path, "#!/bin/sh\n$body\n");
        chmod($path, 0755);

        return $path;
    }

    /** Lets the runner be killed at any step, or its volume refuse what a volume may: see faults.php. */
    public function injectFaults(): void
    {
        $this->script('php', 'exec ' . PHP_BINARY . ' -d auto_prepend_file=' . __DIR__ . '/faults.php "$@"');
    }

    /** Makes the runner use a Satis that does its work and then something to its output, "$staging". */
    public function satisThatThen(string $body): void
    {
        // The two words after "--" are satis.json and the directory.
        $this->satis = $this->script('satis-then', escapeshellarg($this->satis) . " \"\$@\" || exit\nfor staging; do :; done\n$body");
    }

    /** @param array<string, mixed> $order */
    public function start(array $order = []): Run
    {
        $id = ++$this->runs;
        $this->write("order-$id.json", $order + [
            'version' => 1, 'job' => "job-$id", 'operation' => 'Build', 'full' => !isset($order['sources']), 'sources' => [], 'options' => [],
            'deadlineSeconds' => 300, 'keepReleases' => 3, 'graceSeconds' => 3600,
        ]);
        touch("{$this->root}/report-$id.json");
        chmod("{$this->root}/report-$id.json", 0666);
        $command = array_merge($this->prefix, $this->shell, [
            self::RUNNER . '/start.sh', "--order={$this->root}/order-$id.json", "--config={$this->root}/satis.json",
            "--output={$this->root}/output", "--cache={$this->root}/cache", "--credentials={$this->root}/credentials",
            "--report={$this->root}/report-$id.json", "--stop={$this->root}/stop",
        ], $this->satis === '' ? [] : ["--satis={$this->satis}"]);
        $environment = $this->environment + [
            'PATH' => "{$this->root}/bin:" . getenv('PATH'), 'GIT_CONFIG_GLOBAL' => $this->git->configFile,
            'TMPDIR' => "{$this->root}/tmp", 'HOME' => "{$this->root}/tmp", 'POD_NAME' => "pod-$id",
        ];

        return new Run(Process::start($command, $environment), "{$this->root}/report-$id.json");
    }

    /** Tells a runner to stop as the kubelet does when the pod gets its label. */
    public function stop(): void
    {
        file_put_contents("{$this->root}/stop", time());
    }

    /** @param array<string, mixed> $order */
    public function run(array $order = []): Result
    {
        return $this->start($order)->result();
    }

    /** A build of single sources, by package. */
    public function runPartial(string ...$names): Result
    {
        return $this->run(['sources' => $this->sources(...$names)]);
    }

    /** A build by name, as after the deletion of a branch or tag. */
    public function runPrune(string ...$names): Result
    {
        $source = fn (string $name): array => ['url' => $this->git->url($name), 'package' => "acme/$name"];

        return $this->run(['sources' => array_map($source, $names)]);
    }

    /** @return list<array{url: string}> as a work order names them */
    public function sources(string ...$names): array
    {
        return array_map(fn (string $name): array => ['url' => $this->git->url($name)], $names);
    }

    /** Gives every package an entry of its name, as a build by name needs it. */
    public function configureByName(string ...$names): void
    {
        $entry = fn (string $name): array => ['type' => 'vcs', 'url' => $this->git->url($name), 'name' => "acme/$name"];
        $this->configure([], ['repositories' => array_map($entry, $names)]);
    }

    /** @return array<string, list<string>> the versions that are served, by package */
    public function versions(): array
    {
        return self::versionsIn("{$this->root}/output/current");
    }

    /** @return array<string, list<string>> the versions that a Composer repository names, by package */
    public static function versionsIn(string $directory): array
    {
        $versions = [];
        foreach (array_keys(self::json("$directory/packages.json")['includes']) as $include) {
            foreach (self::json("$directory/$include")['packages'] as $name => $all) {
                $versions[$name] = array_keys($all);
                sort($versions[$name]);
            }
        }
        ksort($versions);

        return $versions;
    }

    /** @return array<string, mixed> */
    public function served(string $file): array
    {
        return self::json("{$this->root}/output/current/$file");
    }

    /** @return array<string, mixed> */
    public static function json(string $file): array
    {
        // PHP remembers where links lead.
        clearstatcache(true);

        return json_decode(file_get_contents($file), true, 512, JSON_THROW_ON_ERROR);
    }

    /** @return array<string, string> a checksum of every file that is served, and where the link leads */
    public function servedBytes(): array
    {
        clearstatcache(true);
        $current = "{$this->root}/output/current";
        $bytes = ['current' => is_link($current) ? readlink($current) : 'none'];
        foreach (is_link($current) ? self::files(realpath($current)) : [] as $path) {
            $bytes[$path] = sha1_file("$current/$path");
        }

        return $bytes;
    }

    /** @return list<string> the files below a directory */
    public static function files(string $directory): array
    {
        $files = [];
        $walk = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($directory, \FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $path => $file) {
            $files[] = substr($path, strlen($directory) + 1);
        }
        sort($files);

        return $files;
    }

    /** @return list<string> */
    public function releases(): array
    {
        return array_values(array_diff(scandir("{$this->root}/output/releases"), ['.', '..']));
    }

    /** @param array<string, mixed> $json */
    public function write(string $name, array $json): void
    {
        file_put_contents("{$this->root}/$name", json_encode($json, JSON_UNESCAPED_SLASHES));
    }
}
