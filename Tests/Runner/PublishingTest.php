<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class PublishingTest extends TestCase
{
    private const NOBODY = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

    private Workspace $workspace;
    private TinySatis $satis;

    protected function setUp(): void
    {
        $this->workspace = new Workspace();
        $this->satis = new TinySatis($this->workspace);
    }

    public function test_three_releases_are_kept_and_nothing_else_is_left(): void
    {
        foreach (range(1, 5) as $version) {
            $this->publish("$version.0.0");
        }

        self::assertCount(3, $this->workspace->releases());
        self::assertSame(['5.0.0'], $this->workspace->versions()['acme/a']);
        $names = array_values(array_diff(scandir("{$this->workspace->root}/output"), ['.', '..']));
        self::assertSame(['.lock', 'current', 'releases'], $names);
        self::assertSame([], glob("{$this->workspace->root}/tmp/*"));
    }

    public function test_the_order_says_how_many_releases_are_kept(): void
    {
        foreach (range(1, 5) as $version) {
            $this->publish("$version.0.0", ['keepReleases' => 4]);
        }
        self::assertCount(4, $this->workspace->releases());

        $this->publish('6.0.0', ['keepReleases' => 2]);
        self::assertCount(2, $this->workspace->releases());
    }

    public function test_the_release_served_until_now_stays_for_the_grace_time_even_where_only_one_is_kept(): void
    {
        foreach (range(1, 4) as $version) {
            $this->publish("$version.0.0", ['keepReleases' => 1]);
            self::assertCount(min(2, $version), $this->workspace->releases(), 'However many builds there are.');
        }

        $this->publish('5.0.0', ['keepReleases' => 1, 'graceSeconds' => 0]);

        self::assertSame([$this->current()], $this->workspace->releases());
    }

    public function test_the_metadata_of_a_package_that_is_gone_stays_for_the_grace_time(): void
    {
        $this->satis->builds('1.0.0', 'acme/gone');
        $this->workspace->run();
        array_map('unlink', glob("{$this->workspace->root}/built/p2/acme/gone*"));
        $gone = "{$this->workspace->root}/output/current/p2/acme/gone.json";
        // Written long ago, but gone only now.
        touch($gone, time() - 86400);

        $this->publish('2.0.0');
        $this->publish('3.0.0');
        self::assertFileExists($gone);
        self::assertSame(['acme/a'], array_keys($this->workspace->versions()));

        touch($gone, time() - 3601);
        $this->publish('4.0.0');
        clearstatcache(true);
        self::assertFileDoesNotExist($gone);
        self::assertFileExists("{$this->workspace->root}/output/current/p2/acme/a.json");
    }

    public function test_the_order_says_how_long_superseded_files_stay(): void
    {
        $this->publish('1.0.0');
        $first = $this->include();
        $this->publish('2.0.0');
        $carried = "{$this->workspace->root}/output/current/$first";
        touch($carried, time() - 100);

        $this->publish('3.0.0', ['graceSeconds' => 200]);
        self::assertFileExists($carried);
        $this->publish('4.0.0', ['graceSeconds' => 90]);
        clearstatcache(true);
        self::assertFileDoesNotExist($carried);
    }

    public function test_release_names_sort_by_age_even_when_the_clock_goes_back(): void
    {
        $this->publish('1.0.0');
        $future = '29991231T235959Z';
        $this->rename($this->current(), $future);

        $this->publish('2.0.0');

        self::assertSame([$future, '30000101T000000Z'], $this->workspace->releases());
        self::assertSame('30000101T000000Z', $this->current());
    }

    public function test_files_of_the_release_before_stay_for_a_client_in_the_middle_of_a_read(): void
    {
        $this->publish('1.0.0');
        $first = $this->include();
        $this->publish('2.0.0');
        $second = $this->include();
        $this->publish('3.0.0');

        foreach ([$first, $second] as $include) {
            self::assertFileExists("{$this->workspace->root}/output/current/$include");
        }
        self::assertFileExists("{$this->workspace->root}/output/current/dist/acme/a/1.0.0.zip");
    }

    public function test_superseded_files_go_after_an_hour_counted_from_when_they_were_superseded(): void
    {
        $this->publish('1.0.0');
        $first = $this->include();
        // Written long ago, but superseded only now.
        touch("{$this->workspace->root}/output/current/$first", time() - 86400);
        $this->publish('2.0.0');
        $this->publish('3.0.0');
        $carried = "{$this->workspace->root}/output/current/$first";
        self::assertFileExists($carried);

        touch($carried, time() - 3601);
        $this->publish('4.0.0');

        clearstatcache(true);
        self::assertFileDoesNotExist($carried);
    }

    public function test_superseded_files_that_satis_does_not_prune_go_as_well(): void
    {
        $stray = 'p/acme/a$' . str_repeat('0a', 32) . '.json';
        $this->satis->write($stray, '{}');
        $this->publish('1.0.0');
        unlink("{$this->workspace->root}/built/$stray");
        touch("{$this->workspace->root}/output/current/$stray", time() - 3601);

        $this->publish('2.0.0');

        self::assertFileDoesNotExist("{$this->workspace->root}/output/current/$stray");
    }

    public function test_archives_are_linked_and_metadata_is_copied(): void
    {
        $this->publish('1.0.0');
        $before = $this->current();
        $this->publish('2.0.0');

        self::assertSame($this->inode($before, 'dist/acme/a/1.0.0.zip'), $this->inode($this->current(), 'dist/acme/a/1.0.0.zip'));
        self::assertNotSame($this->inode($before, 'p2/acme/a.json'), $this->inode($this->current(), 'p2/acme/a.json'));
        self::assertStringContainsString('1.0.0', file_get_contents("{$this->workspace->root}/output/releases/$before/p2/acme/a.json"));
    }

    public function test_metadata_among_the_archives_is_copied_because_satis_may_write_into_it(): void
    {
        $this->satis->write('dist/acme/a.json', '{"version": 1}');
        $this->publish('1.0.0');
        $before = $this->current();
        $this->satis->write('dist/acme/a.json', '{"version": 2}');
        $this->publish('2.0.0');

        self::assertSame('{"version": 1}', file_get_contents($this->path($before, 'dist/acme/a.json')));
        self::assertSame('{"version": 2}', file_get_contents($this->path($this->current(), 'dist/acme/a.json')));
    }

    public function test_a_link_inside_of_a_release_is_not_followed(): void
    {
        file_put_contents("{$this->workspace->root}/credentials/auth.json", '{}');
        $this->publish('1.0.0');
        $links = ['p2/acme/leak.json', 'dist/leak.zip', 'leak.txt', 'include/' . str_repeat('0a', 20) . '.json'];
        foreach ($links as $link) {
            symlink("{$this->workspace->root}/credentials/auth.json", $this->path($this->current(), $link));
        }
        symlink("{$this->workspace->root}/credentials", $this->path($this->current(), 'dist/leak'));

        $this->publish('2.0.0');

        foreach (array_merge($links, ['dist/leak']) as $link) {
            $path = $this->path($this->current(), $link);
            self::assertFalse(is_link($path) || file_exists($path), $link);
        }
        self::assertFileExists($this->path($this->current(), 'dist/acme/a/1.0.0.zip'));
    }

    public function test_a_link_in_the_place_of_a_release_is_none(): void
    {
        $this->publish('1.0.0');
        $elsewhere = "{$this->workspace->root}/elsewhere";
        $release = "{$this->workspace->root}/output/releases/{$this->current()}";
        rename($release, $elsewhere);
        symlink($elsewhere, $release);
        file_put_contents("$elsewhere/leak.txt", 'leak');

        $result = $this->workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertFileExists("$elsewhere/leak.txt");
        self::assertSame([basename($release)], $this->workspace->releases());
    }

    public function test_archives_of_another_user_are_copied_where_links_to_them_are_forbidden(): void
    {
        self::assertSame(0, posix_geteuid(), 'This test has to be run as root, to become another user.');
        self::assertSame("1\n", file_get_contents('/proc/sys/fs/protected_hardlinks'), 'The kernel has to protect hard links.');
        $this->publish('1.0.0');
        $before = $this->current();
        $this->giveDirectoriesAway();
        $this->workspace->prefix = self::NOBODY;

        $result = $this->publish('2.0.0');

        self::assertStringContainsString('archives linked: 0, copied: 1', $result->output);
        self::assertNotSame($this->inode($before, 'dist/acme/a/1.0.0.zip'), $this->inode($this->current(), 'dist/acme/a/1.0.0.zip'));
        self::assertFileEquals($this->path($before, 'dist/acme/a/1.0.0.zip'), $this->path($this->current(), 'dist/acme/a/1.0.0.zip'));
    }

    public function test_a_build_as_an_unprivileged_user_is_readable_by_the_web_server(): void
    {
        self::assertSame(0, posix_geteuid(), 'This test has to be run as root, to become another user.');
        $workspace = new Workspace('a');
        $workspace->prefix = array_merge(self::NOBODY, ['sh', '-c', 'umask 0077; exec "$@"', 'sh']);

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        foreach (Workspace::files(realpath("{$workspace->root}/output/current")) as $file) {
            self::assertSame(0004, fileperms("{$workspace->root}/output/current/$file") & 0004, $file);
        }
    }

    public function test_a_link_that_somebody_moved_during_the_build_is_left_alone(): void
    {
        $this->publish('1.0.0');
        $this->publish('2.0.0');
        [$older, $newer] = $this->workspace->releases();
        $this->satis->builds('3.0.0');
        $this->workspace->satisThatThen("ln -sfn releases/$older {$this->workspace->root}/output/current");

        $result = $this->workspace->run();

        self::assertSame('ReleaseMoved', $result->report['reason']);
        self::assertSame(1, $result->exitCode);
        self::assertSame($older, $this->current());
        self::assertSame([$older, $newer], $this->workspace->releases());
    }

    public function test_a_link_that_leads_nowhere_is_replaced_by_a_full_build(): void
    {
        $this->publish('1.0.0');
        $this->rename($this->current(), 'elsewhere');
        unlink("{$this->workspace->root}/output/current");
        symlink('releases/gone', "{$this->workspace->root}/output/current");

        $result = $this->publish('2.0.0');

        self::assertStringContainsString('does not lead to a release', $result->output);
        self::assertSame(['2.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_a_directory_in_the_place_of_the_link_is_not_touched(): void
    {
        mkdir("{$this->workspace->root}/output/current");
        $this->satis->builds('1.0.0');

        $result = $this->workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason']);
        self::assertStringContainsString('Move it away', $result->report['message']);
        self::assertDirectoryExists("{$this->workspace->root}/output/current");
    }

    public function test_an_output_that_cannot_be_written_is_named(): void
    {
        self::assertSame(0, posix_geteuid(), 'This test has to be run as root, to become another user.');
        chmod("{$this->workspace->root}/output", 0555);
        $this->workspace->prefix = self::NOBODY;
        $this->satis->builds('1.0.0');

        $result = $this->workspace->run();

        self::assertSame('OutputNotWritable', $result->report['reason']);
        self::assertStringContainsString('output/.lock cannot be written as uid 1000', $result->report['message']);
    }

    public function test_a_cache_that_cannot_be_written_is_named(): void
    {
        self::assertSame(0, posix_geteuid(), 'This test has to be run as root, to become another user.');
        chmod("{$this->workspace->root}/cache", 0555);
        $this->workspace->prefix = self::NOBODY;
        $this->satis->builds('1.0.0');

        $result = $this->workspace->run();

        self::assertSame('OutputNotWritable', $result->report['reason']);
        self::assertStringContainsString('cache cannot be written as uid 1000', $result->report['message']);
        self::assertStringContainsString('mode 2775', $result->report['message']);
    }

    /** @param array<string, mixed> $order */
    private function publish(string $version, array $order = []): Result
    {
        $this->satis->builds($version);
        $result = $this->workspace->run($order);
        self::assertSame(0, $result->exitCode, $result->output);

        return $result;
    }

    private function current(): string
    {
        return basename(readlink("{$this->workspace->root}/output/current"));
    }

    private function include(): string
    {
        return array_key_first($this->workspace->served('packages.json')['includes']);
    }

    private function rename(string $release, string $name): void
    {
        rename($this->path($release, ''), $this->path($name, ''));
        unlink("{$this->workspace->root}/output/current");
        symlink("releases/$name", "{$this->workspace->root}/output/current");
    }

    private function path(string $release, string $file): string
    {
        return "{$this->workspace->root}/output/releases/$release/$file";
    }

    private function inode(string $release, string $file): int
    {
        clearstatcache();

        return fileinode($this->path($release, $file));
    }

    /** Directories and the lock become uid 1000's, as a volume's group would make them; the files stay root's. */
    private function giveDirectoriesAway(): void
    {
        $find = ['find', "{$this->workspace->root}/output", '(', '-type', 'd', '-o', '-name', '.lock', ')', '-exec', 'chown', '1000:1000', '{}', '+'];
        self::assertSame(0, Process::start($find)->wait());
    }
}
