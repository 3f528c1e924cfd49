<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/**
 * What the runner relies on, said of a Satis: of the stand-in, or of the one that SATIS_BIN names. These are Satis's ways,
 * good and bad; where one changes, the runner has to be looked at again.
 */
abstract class SatisTestCase extends TestCase
{
    protected Workspace $workspace;
    protected string $output;

    protected function setUp(): void
    {
        $this->workspace = new Workspace('a', 'b');
        $this->output = "{$this->workspace->root}/satis-output";
    }

    protected function build(string ...$options): string
    {
        return $this->succeed('build', ...array_merge($options, ['--', "{$this->workspace->root}/satis.json", $this->output]));
    }

    protected function succeed(string ...$arguments): string
    {
        return $this->satis(0, $arguments);
    }

    protected function refuse(int $exitCode, string ...$arguments): string
    {
        return $this->satis($exitCode, $arguments);
    }

    /** @param list<string> $arguments */
    private function satis(int $exitCode, array $arguments): string
    {
        $process = Process::start(
            array_merge([$this->workspace->satis, '--no-interaction', '--no-ansi'], $arguments),
            $this->workspace->environment + [
                'COMPOSER_HOME' => "{$this->workspace->root}/tmp", 'COMPOSER_CACHE_DIR' => "{$this->workspace->root}/cache",
                'GIT_CONFIG_GLOBAL' => $this->workspace->git->configFile, 'COMPOSER_ALLOW_SUPERUSER' => '1', 'COLUMNS' => '10000',
            ]
        );
        self::assertSame($exitCode, $process->wait(), $process->output());

        return $process->output();
    }

    protected function url(string $name): string
    {
        return "--repository-url={$this->workspace->git->url($name)}";
    }

    protected function archive(string $name): string
    {
        return glob("{$this->output}/dist/acme/$name/*1.0.0*.zip")[0];
    }

    /** @return array<string, mixed> */
    protected function json(string $file): array
    {
        return Workspace::json("{$this->output}/$file");
    }

    /** @return array<string, list<string>> */
    protected function versions(): array
    {
        return Workspace::versionsIn($this->output);
    }
}
