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

    public function test_purge_refuses_what_it_cannot_do(): void
    {
        $this->refuse(1, 'purge', '--no-html-output', '--', "{$this->workspace->root}/satis.json", $this->output);
        $this->workspace->configure([$this->workspace->git->url('a')], ['archive' => null]);
        self::assertStringContainsString('You must define "archive"', $this->refuse(1, 'purge', '--', "{$this->workspace->root}/satis.json", $this->output));
    }
}
