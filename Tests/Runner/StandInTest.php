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

    public function test_it_says_that_it_is_a_stand_in(): void
    {
        $version = Process::start([Workspace::STAND_IN, '--version']);

        self::assertSame(0, $version->wait());
        self::assertStringContainsString('stand-in (not composer/satis)', $version->output());
    }
}
