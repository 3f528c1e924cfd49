<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class ConfigurationTest extends TestCase
{
    /** @return array<string, array{array<string, mixed>, string}> */
    public function wrongOrders(): array
    {
        return [
            'another version' => [['version' => 2], 'is not of version 1'],
            'another operation' => [['operation' => 'Sweep'], 'asks for an operation other than Build, Purge, Rollback'],
            'no job' => [['job' => ''], 'names no job'],
            'a job that is a path' => [['job' => '../x'], 'names no job'],
            'no deadline' => [['deadlineSeconds' => 0], 'deadlineSeconds of 1 or more'],
            'no releases to keep' => [['keepReleases' => 0], 'keepReleases of 1 or more'],
            'no grace time' => [['graceSeconds' => null], 'graceSeconds of 0 or more'],
            'nothing to build' => [['full' => false], 'asks for a build of nothing'],
            'a release that is a path' => [['operation' => 'Rollback', 'release' => '../..'], 'has a release that is no name'],
            'sources of a wrong type' => [['sources' => 'all'], 'has a source that lacks a url'],
            'a source that is a text' => [['sources' => ['https://git.example.test/a.git']], 'has a source that lacks a url'],
            'a source without a url' => [['sources' => [['package' => 'acme/a']]], 'has a source that lacks a url'],
            'a package that is an option' => [['sources' => [['url' => 'x', 'package' => '--help']]], 'or has a package'],
            'a package without a vendor' => [['sources' => [['url' => 'x', 'package' => 'a']]], 'or has a package'],
            'commits of a wrong type' => [['sources' => [['url' => 'x', 'commits' => [1]]]], 'or commits that cannot be'],
            'an unknown option' => [['options' => ['Fast']], 'options other than Minify and NoHTML'],
        ];
    }

    /**
     * @dataProvider wrongOrders
     * @param array<string, mixed> $order
     */
    public function test_a_wrong_work_order_is_refused(array $order, string $message): void
    {
        $workspace = new Workspace('a');

        $result = $workspace->run($order);

        self::assertSame(1, $result->exitCode);
        self::assertSame('ConfigurationInvalid', $result->report['reason']);
        self::assertStringContainsString($message, $result->report['message']);
        self::assertFileDoesNotExist("{$workspace->root}/output/.lock");
    }

    /** @return array<string, array{array<string, mixed>, string}> */
    public function wrongConfigurations(): array
    {
        $query = static fn (string $name): array => [
            ['repositories' => [['type' => 'vcs', 'url' => "https://x.test/a.git?a=b&$name=planted"]]],
            "has a password or token in the URL \"https://x.test/a.git?a=b&$name=***\"; put it into auth.json",
        ];
        $inline = ['name' => 'acme/i', 'source' => ['url' => 'https://x.test/a?token=planted']];

        return [
            'no name' => [['name' => null], 'has no "name"'],
            'no homepage' => [['homepage' => null], 'has no "homepage"'],
            'no repositories' => [['repositories' => null], 'has no "repositories"'],
            'archives elsewhere' => [['archive' => ['directory' => 'dist', 'absolute-directory' => '/tmp']], 'use archive.directory'],
            'archives above' => [['archive' => ['directory' => '../dist']], 'not a path inside of the release'],
            'archives everywhere' => [['archive' => ['directory' => '.']], 'not a path inside of the release'],
            'includes above' => [['include-filename' => '../all$%hash%.json'], 'not a path inside of the release'],
            'a password in a URL' => [
                ['repositories' => [['type' => 'vcs', 'url' => 'https://u:planted@x.test/a.git']]],
                'has a password or token in the URL "https://***@x.test/a.git"',
            ],
            'a token in a URL' => [['repositories' => [['type' => 'vcs', 'url' => 'https://planted@x.test/a.git']]], 'put it into auth.json'],
            'a private token in the query of a URL' => $query('private_token'),
            'an access token in the query of a URL' => $query('access_token'),
            'a plain token in the query of a URL' => $query('token'),
            'an OAuth token in the query of a URL' => $query('OAuth_Token'),
            'an API key in the query of a URL' => $query('api-key'),
            'a short password in the query of a URL' => $query('pass'),
            'a token in the query of an inline source' => [
                ['repositories' => [['type' => 'package', 'package' => $inline]]], 'put it into auth.json',
            ],
            'archives among the metadata' => [
                ['archive' => ['directory' => 'p2']],
                '"p2", but "p2" is where Satis puts metadata; use another directory, such as "dist", and make a full',
            ],
            'archives among the providers' => [['archive' => ['directory' => './p/dist/']], '"p" is where Satis'],
            'archives among the includes' => [['archive' => ['directory' => '/include']], '"include" is where Satis'],
            'an archive that is no object' => [['archive' => 'dist'], 'has an "archive" that Satis cannot read'],
        ];
    }

    /**
     * @dataProvider wrongConfigurations
     * @param array<string, mixed> $config
     */
    public function test_a_wrong_satis_json_is_refused(array $config, string $message): void
    {
        $workspace = new Workspace();
        $workspace->configure([], $config);

        $result = $workspace->run();

        self::assertSame('ConfigurationInvalid', $result->report['reason']);
        self::assertStringContainsString($message, $result->report['message']);
        self::assertStringNotContainsString('planted', $result->output . $result->reportText);
    }

    public function test_a_harmless_query_and_a_directory_that_only_resembles_metadata_are_taken(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        $url = 'https://x.test/a.git?ref=main&tokens=2&token=';
        $workspace->configure([$url], ['archive' => ['directory' => 'dist/p2']]);

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
    }

    public function test_broken_json_is_refused_by_name(): void
    {
        $workspace = new Workspace();
        file_put_contents("{$workspace->root}/satis.json", '{"name": ');

        $result = $workspace->run();

        self::assertSame('ConfigurationInvalid', $result->report['reason']);
        self::assertStringContainsString('satis.json is not the JSON object it should be: Syntax error', $result->report['message']);
    }

    public function test_satis_names_what_breaks_its_schema(): void
    {
        $workspace = new Workspace();
        $workspace->satis = $workspace->script('satis', "printf '%s\\n' 'The property nmae is not defined' '' 'In BuildCommand.php line 327:' "
            . "'     ' '  The json config file does not match the expected JSON schema  ' '' 'build [--minify]'; exit 1");

        $result = $workspace->run();

        self::assertSame('ConfigurationInvalid', $result->report['reason']);
        self::assertStringContainsString('JSON schema (The property nmae is not defined)', $result->report['message']);
    }

    public function test_inline_packages_are_sources_too(): void
    {
        $workspace = new Workspace('a');
        $package = ['name' => 'acme/i', 'version' => '1.0.0', 'source' => ['type' => 'git', 'url' => $workspace->git->url('a'), 'reference' => '1.0.0']];
        $workspace->configure([], ['repositories' => [['type' => 'package', 'package' => $package]], 'archive' => ['directory' => 'dist', 'skip-dev' => true]]);

        $result = $workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/i' => ['1.0.0']], $workspace->versions());
    }

    public function test_an_image_without_satis_is_named(): void
    {
        $workspace = new Workspace();
        $workspace->satis = '/nowhere/satis';

        $result = $workspace->run();

        self::assertSame('SatisNotFound', $result->report['reason']);
        self::assertSame(1, $result->exitCode);
    }

    public function test_satis_on_the_path_is_found(): void
    {
        $workspace = new Workspace();
        $tiny = new TinySatis($workspace);
        $tiny->builds('1.0.0');
        rename($workspace->satis, "{$workspace->root}/bin/satis");
        $workspace->satis = '';

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
    }

    public function test_help_and_wrong_options(): void
    {
        $runner = Workspace::RUNNER . '/runner.php';

        $help = Process::start([PHP_BINARY, $runner, '--help']);
        self::assertSame(0, $help->wait());
        self::assertStringContainsString('--output=DIR', $help->output());

        $wrong = Process::start([PHP_BINARY, $runner, '--ouput=/x']);
        self::assertSame(2, $wrong->wait());
        self::assertStringContainsString('Unknown option "--ouput=/x".', $wrong->output());
    }
}
