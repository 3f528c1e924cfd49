<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/**
 * What the runner relies on, said of a Satis: of the stand-in, or of the one that SATIS_BIN names. These are Satis's ways,
 * good and bad; where one changes, the runner has to be looked at again.
 */
final class SatisTest extends TestCase
{
    private Workspace $workspace;
    private string $output;

    protected function setUp(): void
    {
        $this->workspace = new Workspace('a', 'b');
        $this->output = "{$this->workspace->root}/satis-output";
    }

    public function test_it_names_itself_and_its_commands(): void
    {
        self::assertStringContainsString('Satis', $this->succeed('--version'));
        $list = $this->succeed('list');
        self::assertStringContainsString('build', $list);
        self::assertStringContainsString('purge', $list);
        foreach (['--repository-url', '--repository-strict', '--no-html-output', '--skip-errors', '--minify', '--stats'] as $option) {
            self::assertStringContainsString($option, $this->succeed('build', '--help'));
        }
    }

    public function test_a_full_build_writes_packages_json_an_include_with_its_checksum_and_a_file_a_package(): void
    {
        $this->build();

        $root = $this->json('packages.json');
        self::assertSame('/composer/p2/%package%.json', $root['metadata-url']);
        self::assertSame(['acme/a', 'acme/b'], $root['available-packages']);
        self::assertCount(1, $root['includes']);
        foreach ($root['includes'] as $path => $sums) {
            self::assertSame('include/all$' . $sums['sha1'] . '.json', $path);
            self::assertSame($sums['sha1'], sha1_file("{$this->output}/$path"));
        }
        self::assertSame(['1.0.0'], array_column($this->json('p2/acme/a.json')['packages']['acme/a'], 'version'));
        self::assertSame(['dev-main'], array_column($this->json('p2/acme/a~dev.json')['packages']['acme/a'], 'version'));
    }

    public function test_composer_installs_from_the_output(): void
    {
        $server = new WebServer($this->workspace->root);
        $this->workspace->configure([$this->workspace->git->url('a')], ['homepage' => $server->url('satis-output')]);
        $this->build();

        $client = new ComposerClient($this->workspace->root, $server->url('satis-output'));
        $client->install('acme/a:^1.0');

        self::assertSame("1.0.0\n", file_get_contents($client->path('vendor/acme/a/version.txt')));
    }

    public function test_archives_are_named_in_the_metadata_with_address_and_checksum(): void
    {
        foreach (['zip', 'tar'] as $format) {
            $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => ['directory' => 'dist', 'format' => $format]]);
            $this->build();

            $dist = $this->json('p2/acme/a.json')['packages']['acme/a'][0]['dist'];
            $prefix = 'http://packages.example.test/composer/dist/';
            self::assertStringStartsWith($prefix, $dist['url']);
            self::assertSame($format, $dist['type']);
            self::assertSame($dist['shasum'], sha1_file("{$this->output}/dist/" . substr($dist['url'], strlen($prefix))));
        }
    }

    public function test_an_archive_that_is_there_is_taken_as_it_is(): void
    {
        $this->build();
        $archive = $this->archive('a');
        file_put_contents($archive, 'torn');

        $this->build();

        self::assertSame('torn', file_get_contents($archive));
        self::assertSame(sha1('torn'), $this->json('p2/acme/a.json')['packages']['acme/a'][0]['dist']['shasum']);
    }

    public function test_metadata_is_written_in_place_where_it_changes(): void
    {
        $this->build();
        $inode = fileinode("{$this->output}/p2/acme/a.json");
        $this->workspace->git->tag('a', '1.1.0');

        $this->build();

        clearstatcache();
        self::assertSame($inode, fileinode("{$this->output}/p2/acme/a.json"));
        self::assertCount(2, $this->json('p2/acme/a.json')['packages']['acme/a']);
    }

    public function test_a_partial_build_merges_with_what_is_there(): void
    {
        $this->build();
        $this->workspace->git->tag('a', '1.1.0');
        $this->workspace->git->tag('b', '1.1.0');

        $this->build($this->url('a'));

        self::assertSame(['acme/a' => ['1.0.0', '1.1.0', 'dev-main'], 'acme/b' => ['1.0.0', 'dev-main']], $this->versions());
    }

    public function test_a_superseded_include_is_deleted(): void
    {
        $this->build();
        $before = glob("{$this->output}/include/*");
        $this->workspace->git->tag('a', '1.1.0');

        $log = $this->build($this->url('a'));

        self::assertStringContainsString("Deleted {$before[0]}", $log);
        self::assertCount(1, glob("{$this->output}/include/*"));
    }

    public function test_a_partial_build_without_its_include_goes_on_with_its_own_packages_and_ends_with_0(): void
    {
        $this->build();
        array_map('unlink', glob("{$this->output}/include/*"));

        $log = $this->build($this->url('a'));

        self::assertStringContainsString('does not exist, defined in "includes"', $log);
        self::assertSame(['acme/a'], array_keys($this->versions()));
    }

    public function test_a_tag_that_is_gone_stays_in_a_partial_build_and_leaves_in_a_full_one(): void
    {
        $this->workspace->git->tag('a', '1.1.0');
        $this->build();
        $this->workspace->git->deleteTag('a', '1.1.0');

        $this->build($this->url('a'));
        self::assertContains('1.1.0', $this->versions()['acme/a']);

        $this->build();
        self::assertNotContains('1.1.0', $this->versions()['acme/a']);
    }

    /** @return array<string, array{callable(string): string}> */
    public function otherSpellings(): array
    {
        return [
            'a slash at the end' => [static fn (string $url): string => "$url/"],
            'no .git' => [static fn (string $url): string => substr($url, 0, -4)],
            'another scheme' => [static fn (string $url): string => str_replace('https:', 'ssh:', $url)],
            'another case' => [static fn (string $url): string => str_replace('git.example', 'GIT.example', $url)],
        ];
    }

    /**
     * @dataProvider otherSpellings
     * @param callable(string): string $spell
     */
    public function test_sources_are_compared_literally(callable $spell): void
    {
        $url = $spell($this->workspace->git->url('a'));

        $log = $this->refuse(1, 'build', "--repository-url=$url", '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertStringContainsString("Specified repository URL(s) \"$url\" do not exist.", $log);
    }

    public function test_one_unknown_source_among_several_is_ignored_with_exit_code_0(): void
    {
        $this->build();
        $this->workspace->git->tag('a', '1.1.0');

        $this->build($this->url('a'), '--repository-url=https://git.example.test/acme/unknown.git');

        self::assertContains('1.1.0', $this->versions()['acme/a']);
    }

    public function test_packages_and_sources_together_are_an_error(): void
    {
        $log = $this->refuse(1, 'build', $this->url('a'), '--', "{$this->workspace->root}/satis.json", $this->output, 'acme/a');

        self::assertStringContainsString('The arguments "package" and "repository-url" can not be used together.', $log);
    }

    public function test_a_build_by_package_name_needs_that_name_on_the_entry_of_satis_json(): void
    {
        $arguments = ['build', '--', "{$this->workspace->root}/satis.json", $this->output, 'acme/a'];
        $log = $this->refuse(1, ...$arguments);
        self::assertStringContainsString('Could not find any repositories config with "name" matching your package(s) filter: acme/a', $log);

        $entries = array_map(fn (string $name): array => ['type' => 'vcs', 'url' => $this->workspace->git->url($name), 'name' => "acme/$name"], ['a', 'b']);
        $this->workspace->configure([], ['repositories' => $entries]);
        $this->workspace->git->tag('a', '1.1.0');
        $this->build();
        $this->workspace->git->deleteTag('a', '1.1.0');
        $this->succeed(...$arguments);
        self::assertSame(['acme/a' => ['1.0.0', 'dev-main'], 'acme/b' => ['1.0.0', 'dev-main']], $this->versions());
    }

    public function test_what_starts_with_a_dash_is_an_option_unless_it_stands_after_two_dashes(): void
    {
        $log = $this->refuse(1, 'build', "{$this->workspace->root}/satis.json", $this->output, '--fast');
        self::assertStringContainsString('The "--fast" option does not exist.', $log);

        $log = $this->refuse(1, 'build', '--', "{$this->workspace->root}/satis.json", $this->output, '--fast');
        self::assertStringContainsString('package(s) filter: --fast', $log);
    }

    public function test_a_missing_file_is_exit_code_1(): void
    {
        self::assertStringContainsString('File not found: /nowhere.json', $this->refuse(1, 'build', '--', '/nowhere.json', $this->output));
    }

    public function test_broken_json_is_exit_code_1(): void
    {
        file_put_contents("{$this->workspace->root}/satis.json", '{"name": ');

        $this->refuse(1, 'build', '--', "{$this->workspace->root}/satis.json", $this->output);
    }

    public function test_a_broken_schema_is_exit_code_1_and_the_line_before_says_where(): void
    {
        $this->workspace->configure([], ['homepage' => null]);

        $log = $this->refuse(1, 'build', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertStringContainsString('The json config file does not match the expected JSON schema', $log);
        self::assertMatchesRegularExpression('/^homepage : /m', $log);
    }

    public function test_an_error_is_printed_with_its_place_before_it(): void
    {
        $log = $this->refuse(1, 'build', '--repository-url=x', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertMatchesRegularExpression('/^In \S+ line \d+:\n\s+Specified repository/m', $log);
    }

    public function test_a_source_that_cannot_be_cloned_is_exit_code_1_and_writes_nothing(): void
    {
        $this->workspace->configure([$this->workspace->git->url('a'), 'https://git.example.test/acme/missing.git']);

        $log = $this->refuse(1, 'build', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertStringContainsString('https://git.example.test/acme/missing.git', $log);
        self::assertFileDoesNotExist("{$this->output}/packages.json");
    }

    public function test_skipping_errors_drops_a_package_and_ends_with_0(): void
    {
        $this->workspace->configure([$this->workspace->git->url('a'), 'https://git.example.test/acme/missing.git']);

        $log = $this->build('--skip-errors');

        self::assertStringContainsString('Skipping Exception', $log);
        self::assertSame(['acme/a'], array_keys($this->versions()));
    }

    public function test_a_git_host_that_is_away_is_a_line_in_the_log_and_exit_code_0(): void
    {
        $this->build();
        $this->workspace->git->tag('a', '1.1.0');
        $this->workspace->git->goAway();

        $log = $this->build($this->url('a'));

        $url = $this->workspace->git->url('a');
        self::assertStringContainsString("Failed to update $url, package information from this repository may be outdated", $log);
        self::assertSame(['1.0.0', 'dev-main'], $this->versions()['acme/a']);
    }

    public function test_a_lock_left_in_the_cache_is_a_line_in_the_log_and_exit_code_0(): void
    {
        $this->build();
        $this->workspace->git->tag('a', '1.1.0');
        foreach (['config.lock', 'packed-refs.lock'] as $lock) {
            touch("{$this->workspace->root}/cache/vcs/https---git.example.test-acme-a.git/$lock");
        }

        $log = $this->build($this->url('a'));

        self::assertStringContainsString('may be outdated', $log);
    }

    public function test_a_branch_with_a_broken_composer_json_is_a_line_in_the_log_and_exit_code_0(): void
    {
        $this->workspace->git->branch('a', 'broken', '{"name": "acme/a", "require": {"x": ');

        $log = $this->build();

        self::assertMatchesRegularExpression('/^Skipped branch broken, /m', $log);
        self::assertSame(['1.0.0', 'dev-main'], $this->versions()['acme/a']);
    }

    public function test_a_requirement_that_matches_nothing_is_a_line_in_the_log_and_exit_code_0(): void
    {
        $urls = [$this->workspace->git->url('a'), $this->workspace->git->url('b')];
        $this->workspace->configure($urls, ['require-all' => false, 'require' => ['acme/a' => '^1.0', 'acme/gone' => '^2.0']]);

        $log = $this->build();

        self::assertStringContainsString('The acme/gone ^2.0 requirement did not match any package', $log);
        self::assertSame(['acme/a' => ['1.0.0']], $this->versions());
    }

    public function test_minified_metadata_is_what_composer_expands(): void
    {
        $this->workspace->git->tag('a', '1.1.0');
        $this->build('--minify');

        $versions = $this->json('p2/acme/a.json')['packages']['acme/a'];
        self::assertCount(2, $versions);
        self::assertArrayHasKey('name', $versions[0]);
        self::assertArrayNotHasKey('name', $versions[1]);
    }

    public function test_the_page_is_written_unless_it_is_turned_off(): void
    {
        $this->build('--no-html-output');
        self::assertFileDoesNotExist("{$this->output}/index.html");

        $this->build();
        self::assertFileExists("{$this->output}/index.html");
    }

    public function test_the_homepage_of_the_environment_wins_over_the_file(): void
    {
        $this->workspace->environment['SATIS_HOMEPAGE'] = 'http://other.example.test/x';
        $this->build();

        self::assertSame('/x/p2/%package%.json', $this->json('packages.json')['metadata-url']);
        self::assertStringStartsWith('http://other.example.test/x/dist/', $this->json('p2/acme/a.json')['packages']['acme/a'][0]['dist']['url']);
    }

    public function test_purge_deletes_archives_that_nothing_names(): void
    {
        $this->build();
        $stray = dirname($this->archive('a')) . '/stray.zip';
        touch($stray);

        $this->succeed('purge', '--', "{$this->workspace->root}/satis.json", $this->output, 'dry-run');
        self::assertFileExists($stray);
        $log = $this->succeed('purge', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertStringContainsString('Removed archive: acme/a/stray.zip', $log);
        self::assertFileDoesNotExist($stray);
        self::assertFileExists($this->archive('a'));
    }

    public function test_purge_after_a_change_of_the_homepage_deletes_every_archive_and_ends_with_0(): void
    {
        $this->build();
        $archive = $this->archive('a');
        $this->workspace->configure([$this->workspace->git->url('a')], ['homepage' => 'http://other.example.test']);

        $this->succeed('purge', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertFileDoesNotExist($archive);
    }

    public function test_purge_refuses_what_it_cannot_do(): void
    {
        $this->refuse(1, 'purge', '--no-html-output', '--', "{$this->workspace->root}/satis.json", $this->output);
        $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => null]);
        self::assertStringContainsString('You must define "archive"', $this->refuse(1, 'purge', '--', "{$this->workspace->root}/satis.json", $this->output));
    }

    private function build(string ...$options): string
    {
        return $this->succeed('build', ...array_merge($options, ['--', "{$this->workspace->root}/satis.json", $this->output]));
    }

    private function succeed(string ...$arguments): string
    {
        return $this->satis(0, $arguments);
    }

    private function refuse(int $exitCode, string ...$arguments): string
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

    private function url(string $name): string
    {
        return "--repository-url={$this->workspace->git->url($name)}";
    }

    private function archive(string $name): string
    {
        return glob("{$this->output}/dist/acme/$name/*1.0.0*.zip")[0];
    }

    /** @return array<string, mixed> */
    private function json(string $file): array
    {
        return json_decode(file_get_contents("{$this->output}/$file"), true, 512, JSON_THROW_ON_ERROR);
    }

    /** @return array<string, list<string>> */
    private function versions(): array
    {
        $versions = [];
        foreach (array_keys($this->json('packages.json')['includes']) as $include) {
            foreach ($this->json($include)['packages'] as $name => $all) {
                $versions[$name] = array_keys($all);
                sort($versions[$name]);
            }
        }

        return $versions;
    }
}
