<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** What a purge deletes. */
final class SatisPurgeTest extends SatisTestCase
{
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

    public function test_purge_deletes_archives_of_deleted_versions(): void
    {
        $this->workspace->git->tag('a', '1.1.0');
        $this->build();
        $this->workspace->git->deleteTag('a', '1.1.0');
        $this->build();
        self::assertCount(1, glob("{$this->output}/dist/acme/a/*1.1.0*"));

        $this->succeed('purge', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertCount(0, glob("{$this->output}/dist/acme/a/*1.1.0*"));
        self::assertFileExists($this->archive('a'));
    }

    public function test_purge_that_cannot_read_the_metadata_back_deletes_every_archive_and_ends_with_0(): void
    {
        $this->build();
        $archive = $this->archive('a');
        array_map('unlink', glob("{$this->output}/include/*"));

        $this->succeed('purge', '--', "{$this->workspace->root}/satis.json", $this->output);

        self::assertFileDoesNotExist($archive);
    }

    public function test_purge_without_a_directory_of_archives_fails(): void
    {
        $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => null]);
        $this->build();
        $this->workspace->configure([$this->workspace->git->url('a')]);

        $this->refuse(1, 'purge', '--', "{$this->workspace->root}/satis.json", $this->output);
    }

    public function test_purge_refuses_what_it_cannot_do(): void
    {
        $this->refuse(1, 'purge', '--no-html-output', '--', "{$this->workspace->root}/satis.json", $this->output);
        $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => null]);
        self::assertStringContainsString('You must define "archive"', $this->refuse(1, 'purge', '--', "{$this->workspace->root}/satis.json", $this->output));
    }
}
