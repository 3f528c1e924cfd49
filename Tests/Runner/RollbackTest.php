<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class RollbackTest extends TestCase
{
    private Workspace $workspace;
    private TinySatis $satis;
    /** @var list<string> */
    private array $releases;

    protected function setUp(): void
    {
        $this->workspace = new Workspace();
        $this->satis = new TinySatis($this->workspace);
        foreach (['1.0.0', '2.0.0', '3.0.0'] as $version) {
            $this->satis->builds($version);
            self::assertSame(0, $this->workspace->run()->exitCode);
        }
        $this->releases = $this->workspace->releases();
    }

    public function test_the_release_before_is_served_again_and_then_the_one_before_that(): void
    {
        $result = $this->goBack();

        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertSame($this->releases[1], $result->report['release']);
        self::assertSame(1, $result->report['packages']);
        self::assertNull($result->report['exitCode'], 'Satis has nothing to do with it.');
        self::assertSame(['2.0.0'], $this->workspace->versions()['acme/a']);

        self::assertSame($this->releases[0], $this->goBack()->report['release']);
        self::assertSame(['1.0.0'], $this->workspace->versions()['acme/a']);

        $end = $this->goBack();
        self::assertSame('ReleaseUnknown', $end->report['reason']);
        self::assertSame(1, $end->exitCode);
        self::assertSame($this->releases, $this->workspace->releases());
    }

    public function test_a_release_that_was_gone_back_from_is_passed_over(): void
    {
        $this->goBack();
        $this->satis->builds('4.0.0');
        self::assertSame(0, $this->workspace->run(['keepReleases' => 4])->exitCode);

        self::assertSame($this->releases[1], $this->goBack()->report['release']);
        self::assertSame($this->releases[0], $this->goBack()->report['release']);
    }

    public function test_where_the_release_that_it_was_built_from_is_gone_the_one_before_is_served(): void
    {
        Process::start(['rm', '-r', $this->path($this->releases[1], '')])->wait();

        self::assertSame($this->releases[0], $this->goBack()->report['release']);
    }

    public function test_a_repeated_attempt_does_not_go_back_once_more(): void
    {
        $order = ['operation' => 'Rollback', 'request' => '0e5c1f0a-9d0b-4c53-8a5e-7b1f4f9f2f11'];
        self::assertSame($this->releases[1], $this->workspace->run($order)->report['release']);

        $again = $this->workspace->run($order);
        self::assertSame('Succeeded', $again->report['result'], $again->output);
        self::assertSame($this->releases[1], $again->report['release']);
        self::assertSame(['2.0.0'], $this->workspace->versions()['acme/a']);

        $other = $this->workspace->run(['request' => '5d7c4c2e-3a63-4e0c-9a9f-0f6a1d7f8b22'] + $order);
        self::assertSame($this->releases[0], $other->report['release'], 'Another request goes back further.');
    }

    public function test_an_attempt_that_was_begun_before_another_release_was_served_changes_nothing(): void
    {
        $order = ['operation' => 'Rollback', 'request' => '0e5c1f0a-9d0b-4c53-8a5e-7b1f4f9f2f11'];
        self::assertSame($this->releases[1], $this->workspace->run($order)->report['release']);
        $this->satis->builds('4.0.0');
        self::assertSame(0, $this->workspace->run()->exitCode);

        $again = $this->workspace->run($order);
        self::assertSame('ReleaseMoved', $again->report['reason']);
        self::assertStringContainsString("from release {$this->releases[2]} to release {$this->releases[1]}", $again->report['message']);
        self::assertSame(['4.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_two_requests_that_take_turns_go_back_once_each(): void
    {
        $first = ['operation' => 'Rollback', 'request' => '0e5c1f0a-9d0b-4c53-8a5e-7b1f4f9f2f11'];
        $second = ['request' => '5d7c4c2e-3a63-4e0c-9a9f-0f6a1d7f8b22'] + $first;
        self::assertSame($this->releases[1], $this->workspace->run($first)->report['release']);
        self::assertSame($this->releases[0], $this->workspace->run($second)->report['release']);

        self::assertSame('ReleaseMoved', $this->workspace->run($first)->report['reason']);
        self::assertSame($this->releases[0], $this->workspace->run($second)->report['release']);
        self::assertSame(['1.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_an_attempt_that_was_ended_before_it_went_back_is_made_up_for(): void
    {
        $order = ['operation' => 'Rollback', 'request' => '0e5c1f0a-9d0b-4c53-8a5e-7b1f4f9f2f11'];
        file_put_contents(
            "{$this->workspace->root}/output/.rollback",
            json_encode([$order['request'] => [$this->releases[2], $this->releases[1]]])
        );
        self::assertSame($this->releases[1], $this->workspace->run($order)->report['release']);
        self::assertSame(['2.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_a_named_release_is_served_again_also_a_later_one(): void
    {
        self::assertSame($this->releases[0], $this->goBack($this->releases[0])->report['release']);
        self::assertSame($this->releases[2], $this->goBack($this->releases[2])->report['release']);
        self::assertSame(['3.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_the_release_that_is_served_already_is_fine(): void
    {
        $result = $this->goBack($this->releases[2]);

        self::assertSame('Succeeded', $result->report['result']);
        self::assertSame($this->releases[2], $result->report['release']);
        self::assertStringContainsString('served already', $result->report['message']);
    }

    public function test_a_release_that_is_not_there_is_answered_with_those_that_are(): void
    {
        $result = $this->goBack('20200101T000000Z');

        self::assertSame('ReleaseUnknown', $result->report['reason']);
        self::assertStringContainsString(implode(', ', $this->releases), $result->report['message']);
    }

    public function test_a_release_that_is_not_whole_is_not_served(): void
    {
        unlink($this->path($this->releases[1], 'dist/acme/a/2.0.0.zip'));

        $result = $this->goBack();

        self::assertSame('OutputInvalid', $result->report['reason']);
        self::assertStringContainsString("Release {$this->releases[1]} is not whole", $result->report['message']);
        self::assertSame(['3.0.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_an_archive_is_missed_also_when_the_release_had_another_homepage(): void
    {
        unlink($this->path($this->releases[1], 'dist/acme/a/2.0.0.zip'));
        $this->workspace->configure([], ['homepage' => 'http://moved.example.test']);

        self::assertSame('OutputInvalid', $this->goBack()->report['reason']);
        self::assertSame('Succeeded', $this->goBack($this->releases[0])->report['result']);
    }

    /** @return array<string, array{array<string, string>|null}> */
    public function otherArchives(): array
    {
        return ['in another directory' => [['directory' => 'files', 'format' => 'zip']], 'none any more' => [null]];
    }

    /**
     * @dataProvider otherArchives
     * @param array<string, string>|null $archive
     */
    public function test_archives_are_looked_for_where_they_were_when_the_release_was_built(?array $archive): void
    {
        $this->workspace->configure([], ['archive' => $archive]);

        $result = $this->goBack();

        self::assertSame('Succeeded', $result->report['result'], $result->output);
        self::assertFileExists($this->path($this->releases[1], 'dist/acme/a/3.0.0.zip'), 'For whoever has read the packages.json of the release before.');
        unlink($this->path($this->releases[0], 'dist/acme/a/1.0.0.zip'));
        self::assertStringContainsString('no archive dist/acme/a/1.0.0.zip', $this->goBack()->report['message']);
    }

    public function test_an_archive_of_a_release_whose_record_does_not_say_where_is_looked_for_where_they_are_today(): void
    {
        $record = ['version' => 1, 'archivePrefix' => 'http://packages.example.test/composer/dist/'];
        file_put_contents($this->path($this->releases[1], '.satis-release.json'), json_encode($record));
        self::assertSame('Succeeded', $this->goBack()->report['result']);
    }

    public function test_whoever_has_read_the_packages_json_of_the_release_before_finds_all_that_it_names(): void
    {
        $this->satis->builds('4.0.0', 'acme/new');
        $this->workspace->run();
        $files = Workspace::files(realpath("{$this->workspace->root}/output/current"));

        self::assertSame('Succeeded', $this->goBack()->report['result']);

        foreach ($files as $file) {
            self::assertFileExists("{$this->workspace->root}/output/current/$file");
        }
        self::assertSame(['acme/a'], array_keys($this->workspace->versions()));
    }

    public function test_a_link_inside_of_the_release_before_is_not_followed(): void
    {
        file_put_contents("{$this->workspace->root}/credentials/auth.json", '{}');
        $links = ['dist/leak.zip', 'include/' . str_repeat('0a', 20) . '.json'];
        foreach ($links as $link) {
            symlink("{$this->workspace->root}/credentials/auth.json", $this->path($this->releases[2], $link));
        }

        self::assertSame('Succeeded', $this->goBack()->report['result']);

        foreach ($links as $link) {
            $path = $this->path($this->releases[1], $link);
            self::assertFalse(is_link($path) || file_exists($path), $link);
        }
    }

    public function test_a_build_after_it_goes_on_from_there_and_keeps_what_was_gone_back_to(): void
    {
        $this->goBack($this->releases[0]);
        $this->satis->builds('4.0.0');

        $result = $this->workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['4.0.0'], $this->workspace->versions()['acme/a']);
        self::assertContains($this->releases[0], $this->workspace->releases());
        self::assertCount(3, $this->workspace->releases());
    }

    public function test_a_link_that_somebody_moved_is_left_alone(): void
    {
        // The runner looks at packages.json of the target while somebody else is at work.
        unlink("{$this->workspace->root}/output/current");
        symlink('elsewhere', "{$this->workspace->root}/output/current");

        $result = $this->goBack();

        self::assertSame('ReleaseUnknown', $result->report['reason']);
        self::assertSame('elsewhere', readlink("{$this->workspace->root}/output/current"));
    }

    public function test_it_waits_for_the_lock(): void
    {
        $lock = fopen("{$this->workspace->root}/output/.lock", 'c+');
        flock($lock, LOCK_EX);

        self::assertSame('DeadlineExceeded', $this->workspace->run(['operation' => 'Rollback', 'deadlineSeconds' => 1])->report['reason']);
    }

    private function goBack(?string $release = null): Result
    {
        return $this->workspace->run(['operation' => 'Rollback'] + ($release === null ? [] : ['release' => $release]));
    }

    private function path(string $release, string $file): string
    {
        return "{$this->workspace->root}/output/releases/$release/$file";
    }
}
