<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class BuildTest extends TestCase
{
    public function test_a_full_build_publishes_every_package(): void
    {
        $workspace = new Workspace('a', 'b');

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/a' => ['1.0.0', 'dev-main'], 'acme/b' => ['1.0.0', 'dev-main']], $workspace->versions());
        self::assertSame('Succeeded', $result->report['result']);
        self::assertSame('Succeeded', $result->report['reason']);
        self::assertSame(2, $result->report['packages']);
        self::assertSame(0, $result->report['exitCode']);
        self::assertSame([$result->report['release']], $workspace->releases());
        self::assertSame("releases/{$result->report['release']}", readlink("{$workspace->root}/output/current"));
    }

    public function test_a_partial_build_updates_its_source_and_keeps_the_others(): void
    {
        $workspace = new Workspace('a', 'b');
        $workspace->run();
        $workspace->git->tag('a', '1.1.0');
        $workspace->git->tag('b', '1.1.0');

        $result = $workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/a' => ['1.0.0', '1.1.0', 'dev-main'], 'acme/b' => ['1.0.0', 'dev-main']], $workspace->versions());
    }

    public function test_a_partial_build_without_a_release_builds_everything(): void
    {
        $workspace = new Workspace('a', 'b');

        $result = $workspace->runPartial('a');

        self::assertSame(['acme/a', 'acme/b'], array_keys($workspace->versions()));
        self::assertStringContainsString('building everything', $result->output);
    }

    public function test_a_configuration_that_cannot_be_built_in_part_is_built_in_full(): void
    {
        $workspace = new Workspace('a', 'b');
        $workspace->configure([$workspace->git->url('a'), $workspace->git->url('b')], ['includes' => false]);
        $workspace->run();
        $workspace->git->tag('a', '1.1.0');

        $result = $workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/a', 'acme/b'], $workspace->served('packages.json')['available-packages']);
        self::assertCount(2, $workspace->served('p2/acme/a.json')['packages']['acme/a']);
    }

    public function test_options_of_the_order_become_options_of_satis(): void
    {
        $workspace = new Workspace('a');

        $workspace->run();
        self::assertArrayNotHasKey('minified', $workspace->served('p2/acme/a.json'));
        self::assertFileExists("{$workspace->root}/output/current/index.html");

        $workspace = new Workspace('a');
        $workspace->run(['options' => ['Minify', 'NoHTML']]);
        self::assertSame('composer/2.0', $workspace->served('p2/acme/a.json')['minified']);
        self::assertFileDoesNotExist("{$workspace->root}/output/current/index.html");
    }

    public function test_composer_installs_what_was_published(): void
    {
        $workspace = new Workspace('a');
        $server = new WebServer("{$workspace->root}/output");
        $workspace->configure([$workspace->git->url('a')], ['homepage' => $server->url('current')]);
        $workspace->run(['options' => ['Minify']]);
        $workspace->git->tag('a', '1.1.0');
        $result = $workspace->runPartial('a');
        self::assertSame(0, $result->exitCode, $result->output);

        $client = new ComposerClient($workspace->root, $server->url('current'));
        $client->install('acme/a:^1.1');

        self::assertSame("1.1.0\n", file_get_contents($client->path('vendor/acme/a/version.txt')));
    }

    public function test_the_log_of_satis_is_printed_and_its_end_reported(): void
    {
        $workspace = new Workspace('a');

        $result = $workspace->run();

        self::assertStringContainsString('Scanning packages', $result->output);
        self::assertStringContainsString('Writing packages.json', $result->report['log']);
    }
}
