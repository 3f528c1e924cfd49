<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** The link `current`, as people may have set it. */
final class CurrentLinkTest extends TestCase
{
    private Workspace $workspace;
    private string $release;

    protected function setUp(): void
    {
        $this->workspace = new Workspace();
        (new TinySatis($this->workspace))->builds('1.0.0');
        $this->release = $this->workspace->run()->report['release'];
    }

    /** @return array<string, array{string}> the root stands for %s, the release for RELEASE */
    public function spellings(): array
    {
        return [
            'with a slash at its end' => ['releases/RELEASE/'],
            'absolute' => ['%s/releases/RELEASE'],
            'by way of the parent' => ['./releases/../releases//RELEASE'],
        ];
    }

    /** @dataProvider spellings */
    public function test_a_link_set_by_hand_counts_however_it_is_spelt(string $target): void
    {
        $this->lead(str_replace(['%s', 'RELEASE'], ["{$this->workspace->root}/output", $this->release], $target));

        $result = $this->workspace->run();

        self::assertStringContainsString("working on a copy of release {$this->release}", $result->output);
        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame("releases/{$result->report['release']}", readlink("{$this->workspace->root}/output/current"));
    }

    /** @return array<string, array{string, string}> */
    public function wrongTargets(): array
    {
        return [
            'a directory elsewhere' => ['elsewhere', 'Let it lead to one of releases/'],
            'what lies below a release' => ['releases/RELEASE/p2', 'Let it lead to one of releases/'],
            'all releases' => ['releases', 'Let it lead to one of releases/'],
            'a file' => ['file', 'See to the volume'],
            'itself' => ['current', 'See to the volume'],
        ];
    }

    /** @dataProvider wrongTargets */
    public function test_a_link_to_something_else_is_not_replaced_by_a_build_from_nothing(string $target, string $advice): void
    {
        $target = str_replace('RELEASE', $this->release, $target);
        mkdir("{$this->workspace->root}/output/elsewhere");
        touch("{$this->workspace->root}/output/file");
        $this->lead($target);

        $result = $this->workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString($advice, $result->report['message']);
        self::assertSame($target, readlink("{$this->workspace->root}/output/current"));
        self::assertCount(1, $this->workspace->releases());
    }

    public function test_a_release_that_cannot_be_looked_into_is_not_replaced_by_a_build_from_nothing(): void
    {
        self::assertSame(0, posix_geteuid(), 'This test has to be run as root, to become another user.');
        chown("{$this->workspace->root}/output/.lock", 1000);
        chmod("{$this->workspace->root}/output/releases/{$this->release}", 0000);
        $this->workspace->prefix = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

        $result = $this->workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString('Permission denied', $result->report['message']);
    }

    private function lead(string $target): void
    {
        unlink("{$this->workspace->root}/output/current");
        symlink($target, "{$this->workspace->root}/output/current");
    }
}
