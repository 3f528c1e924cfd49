<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** The output of a worker without releases, directly in the output root. */
final class TakeOverTest extends TestCase
{
    private Workspace $workspace;

    protected function setUp(): void
    {
        $this->workspace = new Workspace('a', 'b');
        $satis = Process::start(
            [$this->workspace->satis, 'build', '--no-interaction', '--', "{$this->workspace->root}/satis.json", "{$this->workspace->root}/output"],
            ['COMPOSER_CACHE_DIR' => "{$this->workspace->root}/cache", 'COMPOSER_HOME' => "{$this->workspace->root}/tmp",
                'COMPOSER_ALLOW_SUPERUSER' => '1', 'GIT_CONFIG_GLOBAL' => $this->workspace->git->configFile]
        );
        self::assertSame(0, $satis->wait(), $satis->output());
    }

    public function test_it_becomes_the_first_release_and_the_build_goes_on_from_it(): void
    {
        $before = $this->originals();
        $this->workspace->git->tag('a', '1.1.0');

        $result = $this->workspace->runPartial('b');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertCount(2, $this->workspace->releases());
        self::assertSame(['1.0.0', '1.1.0', 'dev-main'], $this->workspace->versions()['acme/a'], 'It was a full build.');
        self::assertStringContainsString('building everything', $result->output);
        self::assertMatchesRegularExpression('/can be deleted from the output: dist, include, index.html, p2, packages.json\n/', $result->output);
        self::assertSame($before, $this->originals());
        $first = $this->workspace->releases()[0];
        self::assertFileDoesNotExist("{$this->workspace->root}/output/releases/$first/.satis-release.json");
        $archive = glob("{$this->workspace->root}/output/dist/acme/a/*1.0.0*")[0];
        self::assertSame(fileinode($archive), fileinode(str_replace('/output/', '/output/current/', $archive)), 'Archives are links.');
        self::assertNotSame(
            fileinode("{$this->workspace->root}/output/packages.json"),
            fileinode("{$this->workspace->root}/output/releases/$first/packages.json")
        );
    }

    public function test_a_torn_archive_is_made_anew(): void
    {
        $archive = glob("{$this->workspace->root}/output/dist/acme/a/*1.0.0*")[0];
        file_put_contents($archive, substr(file_get_contents($archive), 0, 50));

        $result = $this->workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString("$archive is torn and left behind", $result->output);
        self::assertGreaterThan(50, filesize(str_replace('/output/', '/output/current/', $archive)));
        self::assertSame(50, filesize($archive), 'What is there stays as it is.');
    }

    public function test_it_is_served_even_when_the_build_fails(): void
    {
        $this->workspace->satis = $this->workspace->script('satis', 'exit 1');

        $result = $this->workspace->run();

        self::assertSame('SatisFailed', $result->report['reason'], $result->output);
        self::assertNull($result->report['release'], 'This build has not published it.');
        self::assertCount(1, $this->workspace->releases());
        self::assertSame(['acme/a', 'acme/b'], array_keys($this->workspace->versions()));
    }

    public function test_a_build_that_is_stopped_after_it_names_no_release(): void
    {
        $stop = "echo 1 > {$this->workspace->root}/stop";
        $this->workspace->satis = $this->workspace->script('satis', "$stop; exec sleep 60");

        $result = $this->workspace->runPartial('a');

        self::assertSame('Terminated', $result->report['reason'], $result->output);
        self::assertNull($result->report['release']);
        self::assertCount(1, $this->workspace->releases());
    }

    public function test_a_purge_that_has_nothing_to_do_after_it_names_the_release_that_it_became(): void
    {
        $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => null]);

        $result = $this->workspace->run(['operation' => 'Purge']);

        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertSame($this->workspace->releases(), [$result->report['release']]);
    }

    public function test_it_is_taken_over_once(): void
    {
        $this->workspace->run();
        $this->workspace->run();
        self::assertCount(3, $this->workspace->releases());

        unlink("{$this->workspace->root}/output/current");
        $result = $this->workspace->run();

        self::assertStringNotContainsString('can be deleted', $result->output, 'Whoever takes the link away wants to start from nothing.');
    }

    public function test_a_packages_json_that_cannot_be_read_is_no_release(): void
    {
        file_put_contents("{$this->workspace->root}/output/packages.json", '{"torn": ');

        $result = $this->workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('cannot be read: starting from nothing', $result->output);
        self::assertCount(1, $this->workspace->releases());
    }

    public function test_a_volume_without_hard_links_gets_copies(): void
    {
        $this->workspace->injectFaults();
        $this->workspace->environment['NO_HARD_LINKS'] = '1';

        $result = $this->workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        $archive = glob("{$this->workspace->root}/output/dist/acme/a/*1.0.0*")[0];
        self::assertFileEquals($archive, str_replace('/output/', '/output/current/', $archive));
    }

    /** @return array<string, string> */
    private function originals(): array
    {
        $root = "{$this->workspace->root}/output";
        $files = array_filter(Workspace::files($root), static fn (string $file): bool => !preg_match('{^(releases|current|\.)}', $file));

        return array_combine($files, array_map(static fn (string $file): string => sha1_file("$root/$file"), $files));
    }
}
