<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** What a build writes. */
final class SatisBuildTest extends SatisTestCase
{
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
}
