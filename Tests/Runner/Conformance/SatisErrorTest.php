<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** What Satis refuses, and where it ends with 0 although something is wrong. */
final class SatisErrorTest extends SatisTestCase
{
    public function test_a_partial_build_without_its_include_goes_on_with_its_own_packages_and_ends_with_0(): void
    {
        $this->build();
        array_map('unlink', glob("{$this->output}/include/*"));

        $log = $this->build($this->url('a'));

        self::assertStringContainsString('does not exist, defined in "includes"', $log);
        self::assertSame(['acme/a'], array_keys($this->versions()));
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

    public function test_one_unknown_name_among_several_is_ignored_with_exit_code_0(): void
    {
        $this->workspace->configureByName('a', 'b');
        $this->build();
        $this->workspace->git->tag('a', '1.1.0');

        $this->succeed('build', '--', "{$this->workspace->root}/satis.json", $this->output, 'acme/a', 'acme/unknown');

        self::assertContains('1.1.0', $this->versions()['acme/a']);
    }

    public function test_a_name_that_no_package_of_its_source_has_takes_the_package_out_and_ends_with_0(): void
    {
        $this->workspace->configureByName('a', 'b');
        $this->build();
        $this->workspace->git->rename('a', 'acme/renamed');

        $this->succeed('build', '--', "{$this->workspace->root}/satis.json", $this->output, 'acme/a');

        self::assertSame(['acme/b'], array_keys($this->versions()));
    }

    public function test_a_source_that_cannot_be_cloned_does_not_concern_builds_of_the_others(): void
    {
        $this->workspace->configure(['https://git.example.test/acme/missing.git', $this->workspace->git->url('a')]);

        $this->build($this->url('a'));

        self::assertSame(['acme/a' => ['1.0.0', 'dev-main']], $this->versions(), 'Nor does it take what another build has written.');
    }

    public function test_a_source_that_cannot_be_cloned_leaves_what_is_there_as_it_was(): void
    {
        $missing = 'https://git.example.test/acme/missing.git';
        $this->build();
        $this->workspace->configure([$this->workspace->git->url('a'), $this->workspace->git->url('b'), $missing]);
        $this->workspace->git->tag('a', '1.1.0');
        $before = sha1_file("{$this->output}/packages.json");

        $log = $this->refuse(1, 'build', $this->url('a'), "--repository-url=$missing", '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertStringContainsString($missing, $log);
        self::assertSame($before, sha1_file("{$this->output}/packages.json"));
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
}
