<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** Where Satis ends with 0 although it did not do what was asked, and where it fails. */
final class SourcesTest extends TestCase
{
    public function test_a_git_host_that_is_away_fails_the_build_instead_of_publishing_without_the_push(): void
    {
        $workspace = new Workspace('a', 'b');
        $workspace->run();
        $before = $workspace->servedBytes();
        $workspace->git->tag('a', '1.1.0');
        $workspace->git->goAway();

        $result = $workspace->runPartial('a');

        self::assertSame(1, $result->exitCode);
        self::assertSame('SourceUnreachable', $result->report['reason']);
        self::assertSame(0, $result->report['exitCode'], 'Satis itself was content.');
        self::assertSame([0], array_column($result->report['failedSources'], 'source'));
        self::assertSame($before, $workspace->servedBytes());

        $workspace->git->comeBack();
        self::assertSame(0, $workspace->runPartial('a')->exitCode);
        self::assertContains('1.1.0', $workspace->versions()['acme/a']);
    }

    public function test_a_mirror_of_a_composer_repository_that_is_away_is_outdated_too(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        $workspace->satisThatThen('echo "https://mirror.example.test could not be fully loaded (curl error 7), package information '
            . 'was loaded from the local cache and may be out of date"');

        $result = $workspace->run();

        self::assertSame('SourceUnreachable', $result->report['reason']);
        self::assertStringContainsString('https://mirror.example.test', $result->report['message']);
        self::assertFileDoesNotExist("{$workspace->root}/output/current");
    }

    public function test_a_composer_repository_is_built_however_its_url_ends(): void
    {
        $mirrored = new Workspace('a');
        $mirrored->run();
        $server = new WebServer("{$mirrored->root}/output");
        $url = $server->url('current') . '/';
        $workspace = new Workspace();
        $workspace->configure([], ['repositories' => [['type' => 'composer', 'url' => $url]], 'config' => ['secure-http' => false], 'archive' => null]);
        $workspace->run();
        $mirrored->configure([$mirrored->git->url('a')], ['homepage' => rtrim($url, '/')]);
        $mirrored->git->tag('a', '1.1.0');
        $mirrored->run();

        $result = $workspace->run(['sources' => [['url' => $url]]]);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertContains('1.1.0', $workspace->versions()['acme/a']);
    }

    public function test_what_is_said_of_a_composer_repository_is_reported_of_its_url_in_satis_json(): void
    {
        $workspace = new Workspace();
        $mirror = 'https://mirror.example.test/satis/';
        $sources = [['url' => 'https://git.example.test/a.git'], ['url' => $mirror]];
        $workspace->configure([], ['repositories' => [['type' => 'vcs'] + $sources[0], ['type' => 'composer'] + $sources[1]]]);
        (new TinySatis($workspace))->builds('1.0.0');
        $workspace->run();
        $workspace->satisThatThen('case "$*" in *=https://mirror.example.test/satis\ *) echo "https://mirror.example.test/satis could not be fully '
            . 'loaded (curl error 7), package information was loaded from the local cache and may be out of date" ;; esac');

        $result = $workspace->run(['sources' => $sources]);

        self::assertSame([1], array_column($result->report['failedSources'], 'source'), $result->output);
        self::assertStringContainsString("$mirror ", $result->report['failedSources'][0]['message']);
    }

    public function test_a_source_that_could_not_be_reached_is_found_behind_what_composer_took_back(): void
    {
        $workspace = new Workspace('a');
        $url = $workspace->git->url('a');
        $workspace->satisThatThen("printf '\\010\\010\\010   \\010\\010\\010Failed to update $url, package information from this repository may be outdated\\n'");

        $result = $workspace->run();

        self::assertSame('Failed', $result->report['result']);
        self::assertSame('SourceUnreachable', $result->report['reason']);
        self::assertStringNotContainsString("\x08", $result->output);
        self::assertStringNotContainsString("\x08", $result->report['log']);
    }

    public function test_locks_that_a_killed_git_left_in_the_cache_do_no_harm(): void
    {
        $workspace = new Workspace('a');
        $workspace->run();
        $mirror = glob("{$workspace->root}/cache/vcs/*")[0];
        foreach (['packed-refs.lock', 'config.lock', 'HEAD.lock', 'shallow.lock', 'gc.pid', 'refs/tags/1.1.0.lock', 'objects/info/commit-graph.lock'] as $lock) {
            @mkdir(dirname("$mirror/$lock"), 0777, true);
            touch("$mirror/$lock");
        }
        $workspace->git->tag('a', '1.1.0');

        $result = $workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertContains('1.1.0', $workspace->versions()['acme/a']);
    }

    public function test_a_first_clone_that_was_cut_short_is_made_again(): void
    {
        $workspace = new Workspace('a');
        $mirror = "{$workspace->root}/cache/vcs/" . preg_replace('{[^a-z0-9.]}i', '-', $workspace->git->url('a'));
        self::assertSame(0, Process::start(['git', 'init', '--quiet', '--bare', $mirror])->wait());

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['1.0.0', 'dev-main'], $workspace->versions()['acme/a']);
    }

    public function test_a_source_that_cannot_be_cloned_is_named_with_what_git_said(): void
    {
        $workspace = new Workspace('a');
        $missing = 'https://git.example.test/acme/missing.git';
        $workspace->configure([$workspace->git->url('a'), $missing]);

        $result = $workspace->run(['full' => true, 'sources' => [['url' => $missing]]]);

        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertSame(1, $result->report['exitCode']);
        self::assertStringContainsString("1 of 2 sources failed: $missing (SourceDenied)", $result->report['message']);
        self::assertStringContainsString('does not appear to be a git repository', $result->report['failedSources'][0]['message']);
        self::assertSame(['acme/a'], array_keys($workspace->versions()));
    }

    public function test_a_branch_that_satis_skipped_is_mentioned_but_does_not_stop_the_others(): void
    {
        $workspace = new Workspace('a');
        $workspace->git->branch('a', 'broken', '{"name": "acme/a", "require": {"x": ');

        $result = $workspace->run();

        self::assertSame('Succeeded', $result->report['reason'], $result->output);
        self::assertStringContainsString('Satis left out: Skipped branch broken', $result->report['message']);
        self::assertSame(['1.0.0', 'dev-main'], $workspace->versions()['acme/a']);
    }

    public function test_a_requirement_without_a_package_is_mentioned(): void
    {
        $workspace = new Workspace('a');
        $workspace->configure([$workspace->git->url('a')], ['require-all' => false, 'require' => ['acme/a' => '*', 'acme/gone' => '^2.0']]);

        $result = $workspace->run();

        self::assertSame('Succeeded', $result->report['reason'], $result->output);
        self::assertStringContainsString('The acme/gone ^2.0 requirement did not match any package', $result->report['message']);
    }

    public function test_a_satis_that_was_killed_for_its_memory_says_so(): void
    {
        $workspace = new Workspace();
        $workspace->satis = $workspace->script('satis', 'kill -9 $$');

        $result = $workspace->run();

        self::assertSame('OutOfMemory', $result->report['reason']);
        self::assertSame(137, $result->report['exitCode']);
        self::assertStringContainsString('raise spec.podTemplate.resources.limits.memory', $result->report['message']);
    }

    public function test_a_satis_that_php_stopped_for_its_memory_says_so(): void
    {
        $workspace = new Workspace();
        $workspace->satis = $workspace->script('satis', 'exec ' . PHP_BINARY . " -d memory_limit=3M -d display_errors=1 -r 'str_repeat(\"x\", 1 << 25);'");

        $result = $workspace->run();

        self::assertSame('OutOfMemory', $result->report['reason']);
        self::assertStringContainsString('Allowed memory size of 3145728 bytes exhausted', $result->report['message']);
        self::assertStringContainsString('SATIS_MEMORY_LIMIT', $result->report['message']);
    }

    public function test_a_build_by_name_takes_out_what_was_deleted(): void
    {
        $workspace = new Workspace('a', 'b');
        $workspace->configureByName('a', 'b');
        $workspace->git->tag('a', '1.1.0');
        $workspace->git->tag('b', '1.1.0');
        $workspace->run();
        $workspace->git->deleteTag('a', '1.1.0');
        $workspace->git->deleteTag('b', '1.1.0');

        $result = $workspace->runPrune('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/a' => ['1.0.0', 'dev-main'], 'acme/b' => ['1.0.0', '1.1.0', 'dev-main']], $workspace->versions());
        self::assertCount(3, glob("{$workspace->root}/output/current/dist/acme/a/*"), 'Archives are what a purge is for.');
    }

    public function test_an_entry_whose_name_is_not_that_of_its_package_fails(): void
    {
        $workspace = new Workspace('a', 'b');
        $entry = static fn (string $name, string $url): array => ['type' => 'vcs', 'url' => $workspace->git->url($url), 'name' => $name];
        $workspace->configure([], ['repositories' => [$entry('acme/other', 'a'), $entry('acme/b', 'b')]]);
        $workspace->run();

        $result = $workspace->run(['sources' => [['url' => $workspace->git->url('a'), 'package' => 'acme/other']]]);

        self::assertSame('SourceInvalid', $result->report['reason'], $result->output);
        self::assertSame(['acme/a', 'acme/b'], array_keys($workspace->versions()));
    }

    public function test_an_entry_may_write_the_name_of_its_package_in_capitals(): void
    {
        $workspace = new Workspace('a');
        $workspace->configure([], ['repositories' => [['type' => 'vcs', 'url' => $workspace->git->url('a'), 'name' => 'Acme/A']]]);
        $workspace->git->tag('a', '1.1.0');
        $workspace->run();
        $workspace->git->deleteTag('a', '1.1.0');
        $workspace->git->tag('a', '1.2.0');

        $result = $workspace->run(['sources' => [['url' => $workspace->git->url('a'), 'package' => 'Acme/A']]]);

        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertSame(['1.0.0', '1.2.0', 'dev-main'], $workspace->versions()['acme/a']);
    }

    public function test_pushed_commits_that_are_not_in_the_release_are_mentioned(): void
    {
        $workspace = new Workspace('a');
        $workspace->run();
        $workspace->git->tag('a', '1.1.0');
        $here = $workspace->git->commitOf('a', '1.1.0');
        $order = static fn (string ...$commits): array => ['sources' => [['url' => $workspace->git->url('a'), 'commits' => $commits]]];

        self::assertStringNotContainsString('not in the release', $workspace->run($order($here))->report['message']);

        $gone = str_repeat('ab', 20);
        $result = $workspace->run($order($here, $gone));
        self::assertSame('Succeeded', $result->report['result']);
        self::assertStringContainsString("Commit $gone is not in the release: a later push may have replaced it", $result->report['message']);

        $many = array_map(static fn (int $n): string => sprintf('%040d', $n), range(1, 20));
        $message = $workspace->run($order(...$many))->report['message'];
        self::assertStringContainsString("$many[0], $many[1], $many[2] and 17 more are not in the release", $message);
    }

    public function test_a_deleted_tag_stays_in_a_partial_build_and_leaves_in_a_full_one(): void
    {
        $workspace = new Workspace('a');
        $workspace->git->tag('a', '1.1.0');
        $workspace->run();
        $workspace->git->deleteTag('a', '1.1.0');

        $workspace->runPartial('a');
        self::assertContains('1.1.0', $workspace->versions()['acme/a']);
        $workspace->run();
        self::assertNotContains('1.1.0', $workspace->versions()['acme/a']);
    }
}
