<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class PurgeTest extends TestCase
{
    private const PURGE = ['operation' => 'Purge', 'graceSeconds' => 0];

    public function test_archives_of_deleted_versions_go_and_the_others_stay(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $before = $workspace->releases();

        $result = $workspace->run(self::PURGE);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('Deleted 2 archives', $result->report['message']);
        self::assertSame(['1.0.0'], $this->tagsWithArchives($workspace));
        self::assertNotContains($result->report['release'], $before);
        self::assertSame(basename(readlink("{$workspace->root}/output/current")), $result->report['release']);
        self::assertSame(0, $result->report['exitCode']);
        $next = $workspace->runPartial('a');
        self::assertSame(0, $next->exitCode, $next->output);
        self::assertStringNotContainsString('building everything', $next->output, 'The release is still one of this satis.json.');
    }

    public function test_an_archive_that_a_client_of_an_earlier_release_may_still_fetch_stays(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $before = $workspace->servedBytes();

        $result = $workspace->run(['operation' => 'Purge', 'graceSeconds' => 3600]);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('nothing to purge', $result->report['message']);
        self::assertNull($result->report['release']);
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_a_release_of_another_configuration_is_not_purged(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $before = $workspace->servedBytes();
        $workspace->configure([$workspace->git->url('a')], ['homepage' => 'http://moved.example.test']);

        $result = $workspace->run(self::PURGE);

        self::assertSame('ConfigurationChanged', $result->report['reason']);
        self::assertStringContainsString('a full build has to come first', $result->report['message']);
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_a_release_without_a_record_is_not_purged(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        unlink("{$workspace->root}/output/current/.satis-release.json");

        self::assertSame('ConfigurationChanged', $workspace->run(self::PURGE)->report['reason']);
    }

    public function test_another_homepage_from_the_environment_deletes_no_archive_that_is_named(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $workspace->environment['SATIS_HOMEPAGE'] = 'http://moved.example.test';

        $result = $workspace->run(self::PURGE);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['1.0.0'], $this->tagsWithArchives($workspace), 'Satis alone would have deleted all of them.');
    }

    public function test_metadata_that_satis_cannot_read_back_deletes_no_archive_that_is_named(): void
    {
        $workspace = new Workspace('a');
        $workspace->configure([$workspace->git->url('a')], ['includes' => false]);
        $workspace->run();

        $result = $workspace->run(self::PURGE);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['1.0.0'], $this->tagsWithArchives($workspace));
    }

    public function test_a_configuration_without_archives_has_nothing_to_purge(): void
    {
        $workspace = new Workspace('a');
        $workspace->configure([$workspace->git->url('a')], ['archive' => null]);
        $workspace->run();

        $result = $workspace->run(self::PURGE);

        self::assertSame('Succeeded', $result->report['result']);
        self::assertStringContainsString('satis.json has no "archive"', $result->report['message']);
    }

    public function test_where_there_is_no_release_or_no_archive_there_is_nothing_to_purge(): void
    {
        $workspace = new Workspace();
        self::assertStringContainsString('no release yet', $workspace->run(self::PURGE)->report['message']);

        new MergingSatis($workspace, ['a']);
        $workspace->configure([$workspace->git->url('a')]);
        self::assertSame(0, $workspace->run()->exitCode);
        $result = $workspace->run(self::PURGE);
        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertStringContainsString('has no archives', $result->report['message']);
    }

    public function test_a_purge_that_fails_changes_nothing(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $before = $workspace->servedBytes();
        $workspace->satisThatThen('rm -r $staging; exit 1');

        $result = $workspace->run(self::PURGE);

        self::assertSame('SatisFailed', $result->report['reason']);
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_a_directory_of_archives_below_a_link_is_not_looked_into(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $workspace->configure([], ['archive' => ['directory' => 'files/dist']]);
        $satis->write('packages.json', '{"packages": [], "x": "http://packages.example.test/files/dist/auth.json"}');
        self::assertSame(0, $workspace->run()->exitCode);
        mkdir("{$workspace->root}/credentials/dist");
        foreach (['auth.json', 'other'] as $name) {
            file_put_contents("{$workspace->root}/credentials/dist/$name", '{}');
        }
        symlink("{$workspace->root}/credentials", "{$workspace->root}/output/current/files");
        $workspace->satis = $workspace->script('purging-satis', 'exit 0');

        $result = $workspace->run(self::PURGE);

        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertStringContainsString('has no archives', $result->report['message']);
    }

    public function test_a_purge_waits_for_the_lock(): void
    {
        $workspace = $this->workspaceWithADeletedTag();
        $lock = fopen("{$workspace->root}/output/.lock", 'c+');
        flock($lock, LOCK_EX);

        self::assertSame('DeadlineExceeded', $workspace->run(['deadlineSeconds' => 1] + self::PURGE)->report['reason']);
    }

    private function workspaceWithADeletedTag(): Workspace
    {
        $workspace = new Workspace('a');
        $workspace->git->tag('a', '1.1.0');
        $workspace->run();
        $workspace->git->deleteTag('a', '1.1.0');
        // The archive of main is another one as well, now that there is another commit on it.
        $workspace->git->branch('a', 'other', '{"name": "acme/a"}');
        $workspace->run();
        $workspace->git->deleteBranch('a', 'other');
        $result = $workspace->run();
        self::assertSame(0, $result->exitCode, $result->output);

        return $workspace;
    }

    /** @return list<string> */
    private function tagsWithArchives(Workspace $workspace): array
    {
        $tags = [];
        foreach (glob("{$workspace->root}/output/current/dist/acme/a/*") as $file) {
            if (preg_match('/-(\d+\.\d+\.\d+)-/', $file, $match)) {
                $tags[] = $match[1];
            }
        }

        return $tags;
    }
}
