<?php

declare(strict_types=1);

namespace SatisOperator;

/** The calls of Satis that one work order needs: options first, `--` before the rest, everything it prints in the log. */
final class Satis
{
    private SatisProcess $process;
    private SatisEnvironment $environment;
    private SatisConfig $config;
    /** @var list<string> */
    private array $options;
    private Log $log;
    private Interruption $interruption;
    /** Of the last call that failed, 0 where none did. */
    private ?int $exitCode = null;

    /** @param list<string> $options of the build command */
    public function __construct(
        SatisProcess $process,
        SatisEnvironment $environment,
        SatisConfig $config,
        array $options,
        Log $log,
        Interruption $interruption
    ) {
        $this->process = $process;
        $this->environment = $environment;
        $this->config = $config;
        $this->options = $options;
        $this->log = $log;
        $this->interruption = $interruption;
    }

    public function buildEverything(string $directory): SatisResult
    {
        return $this->run('build', $this->options, $directory, []);
    }

    /** @param list<string> $urls exactly as satis.json spells them */
    public function buildSources(string $directory, array $urls): SatisResult
    {
        $known = array_unique(array_merge([], ...array_map([$this->config, 'urlsInSatis'], $urls)));
        $sources = array_map(static fn (string $url): string => "--repository-url=$url", $known);

        return $this->run('build', array_merge($this->options, $sources), $directory, []);
    }

    /** @param list<string> $names of packages, each of them the name of an entry of satis.json */
    public function buildPackages(string $directory, array $names): SatisResult
    {
        // It looks for entries by the name as they have it, and for packages in lower case.
        $names = array_unique(array_merge($names, array_map('strtolower', $names)));

        return $this->run('build', $this->options, $directory, $names);
    }

    public function purge(string $directory): SatisResult
    {
        return $this->run('purge', [], $directory, []);
    }

    public function exitCode(): ?int
    {
        return $this->exitCode;
    }

    /**
     * @param list<string> $options
     * @param list<string> $packages
     */
    private function run(string $command, array $options, string $directory, array $packages): SatisResult
    {
        $findings = new SatisFindings();
        $onOutput = function (string $piece) use ($findings): void {
            $this->log->append($piece);
            $findings->append($piece);
        };
        $arguments = array_merge([$command, '--no-interaction', '--no-ansi'], $options, ['--', $this->config->path, $directory], $packages);
        $variables = $this->environment->variables($this->interruption->remainingSeconds());
        $exitCode = $this->process->run($arguments, $variables, $this->environment->home(), $onOutput, $this->interruption);
        $findings->append("\n");
        $this->log->flush();
        $this->exitCode = $exitCode ?: $this->exitCode ?? 0;

        return new SatisResult($exitCode, $findings, $this->config);
    }
}
