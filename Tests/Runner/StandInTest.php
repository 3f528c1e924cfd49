<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** What the stand-in can do beyond Satis, for tests in a cluster. */
final class StandInTest extends TestCase
{
    public function test_it_writes_when_it_ran(): void
    {
        $workspace = new Workspace('a');
        $workspace->satis = Workspace::STAND_IN;
        touch("{$workspace->root}/cache/standin-trace");

        $from = microtime(true);
        self::assertSame(0, $workspace->run()->exitCode);
        $to = microtime(true);

        $lines = array_map(static fn (string $line): array => explode(' ', trim($line)), file("{$workspace->root}/cache/standin-trace"));
        self::assertSame(['start', 'end'], array_column($lines, 0));
        self::assertSame('pod-1', $lines[0][1]);
        self::assertSame($lines[0][1], $lines[1][1], 'Both lines name the pod.');
        self::assertLessThan((float) $lines[0][2], $from);
        self::assertLessThan((float) $lines[1][2], (float) $lines[0][2]);
        self::assertLessThan($to, (float) $lines[1][2]);
    }

    public function test_it_writes_when_it_was_ended(): void
    {
        $workspace = new Workspace('a');
        $gate = Gate::whileWriting($workspace);
        touch("{$workspace->root}/cache/standin-trace");
        $satis = Process::start(
            [Workspace::STAND_IN, 'build', "{$workspace->root}/satis.json", "{$workspace->root}/output"],
            ['COMPOSER_CACHE_DIR' => "{$workspace->root}/cache", 'GIT_CONFIG_GLOBAL' => $workspace->git->configFile]
        );
        $gate->waitUntilReached();

        $satis->signal(SIGTERM);

        self::assertSame(143, $satis->wait());
        self::assertMatchesRegularExpression('/^start (\\d+) .*\\nend \\1 /', file_get_contents("{$workspace->root}/cache/standin-trace"));
    }

    public function test_it_says_that_it_is_a_stand_in(): void
    {
        $version = Process::start([Workspace::STAND_IN, '--version']);

        self::assertSame(0, $version->wait());
        self::assertStringContainsString('stand-in (not composer/satis)', $version->output());
    }
}
