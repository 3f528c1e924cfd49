<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** Several sources, of which some are broken: the others are built and published, whatever Satis prints. */
final class BatchTest extends TestCase
{
    private Workspace $workspace;
    private MergingSatis $satis;

    /** Errors that name the source, nobody, somebody else, and everybody; %s is the source. @return array<string, array{string}> */
    public function errors(): array
    {
        return [
            'names the source' => ["Failed to clone '%s', it said: fatal: Authentication failed for '%s/'"],
            'names nobody' => ['fatal: out of luck'],
            'names somebody else' => ["fatal: Authentication failed for 'https://git.example.test/acme/b.git/'"],
            'names an unknown one' => ['fatal: https://git.example.test/acme/unknown.git'],
            'names several' => ['fatal: https://git.example.test/acme/b.git and https://git.example.test/acme/c.git'],
            'is empty' => [''],
        ];
    }

    /** @dataProvider errors */
    public function test_a_broken_source_does_not_keep_the_others_from_being_published(string $error): void
    {
        $this->start('a', 'b', 'c', 'd');
        $this->satis->fail('d', sprintf(str_replace('%s', '%1$s', $error), $this->workspace->git->url('d')));

        $result = $this->workspace->runPartial('d', 'a', 'b');

        self::assertSame(1, $result->exitCode);
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0'], 'acme/c' => ['1.0'], 'acme/d' => ['1.0']], $this->workspace->versions());
        self::assertSame('Failed', $result->report['result']);
        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertSame([0], array_column($result->report['failedSources'], 'source'));
        self::assertSame(basename(readlink("{$this->workspace->root}/output/current")), $result->report['release']);
        self::assertStringStartsWith("1 of 3 sources failed: {$this->workspace->git->url('d')} (", $result->report['message']);
        self::assertLessThanOrEqual(3 + 4, count($this->satis->calls()));
    }

    /** @dataProvider errors */
    public function test_a_full_build_publishes_all_but_the_broken_sources(string $error): void
    {
        $this->start('a', 'b', 'c', 'd');
        $this->satis->fail('c', sprintf(str_replace('%s', '%1$s', $error), $this->workspace->git->url('c')));

        $result = $this->workspace->run(['full' => true, 'sources' => $this->workspace->sources('a', 'c')]);

        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0'], 'acme/c' => ['1.0'], 'acme/d' => ['2.0']], $this->workspace->versions());
        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertSame([1], array_column($result->report['failedSources'], 'source'));
        self::assertLessThanOrEqual(4 + 5, count($this->satis->calls()));
    }

    /** @return array<string, array{string, int}> what the dead ones say, and how many calls that may take */
    public function manyErrors(): array
    {
        return [
            'that are named' => ["fatal: unable to access '%s/': Could not resolve host: git.example.test", 10],
            'that are not' => ['fatal: unable to access it', 60],
        ];
    }

    /** @dataProvider manyErrors */
    public function test_of_200_sources_three_dead_ones_are_found_and_197_published(string $error, int $calls): void
    {
        $names = array_map(static fn (int $number): string => "p$number", range(1, 200));
        $this->start(...$names);
        foreach (['p7', 'p20', 'p200'] as $dead) {
            $this->satis->fail($dead, sprintf($error, $this->workspace->git->url($dead)));
        }

        $result = $this->workspace->run();

        $versions = $this->workspace->versions();
        self::assertCount(200, $versions);
        foreach ($versions as $name => $list) {
            self::assertSame(in_array($name, ['acme/p7', 'acme/p20', 'acme/p200'], true) ? ['1.0'] : ['2.0'], $list, $name);
        }
        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertStringStartsWith('3 of 200 sources failed: ', $result->report['message']);
        foreach (['p7', 'p20', 'p200'] as $dead) {
            self::assertStringContainsString($this->workspace->git->url($dead), $result->report['message']);
        }
        self::assertSame([], $result->report['failedSources'], 'The work order listed none.');
        self::assertLessThanOrEqual($calls, count($this->satis->calls()));
    }

    public function test_sources_that_are_fine_take_one_call(): void
    {
        $this->start('a', 'b', 'c');

        self::assertSame(0, $this->workspace->runPartial('a', 'c')->exitCode);

        self::assertSame([[$this->workspace->git->url('a'), $this->workspace->git->url('c')]], $this->satis->calls());
    }

    public function test_a_source_is_only_called_broken_after_it_was_tried_alone(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->fail('b', "fatal: unable to access '{$this->workspace->git->url('b')}/': Empty reply from server", 1);

        $result = $this->workspace->runPartial('a', 'b', 'c');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0'], 'acme/c' => ['2.0']], $this->workspace->versions());
    }

    public function test_a_full_build_that_failed_for_a_moment_is_made_once_more(): void
    {
        $this->start('a', 'b');
        $this->satis->fail('a', 'fatal: something', 1);

        $result = $this->workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame(['everything'], array_slice($this->satis->calls(), -1)[0]);
    }

    public function test_a_full_build_that_fails_although_every_source_can_be_built_is_published_and_fails(): void
    {
        $this->start('a', 'b');
        $this->satis->failEverything('The inline package is broken');

        $result = $this->workspace->run();

        self::assertSame(1, $result->exitCode);
        self::assertSame('SatisFailed', $result->report['reason']);
        self::assertStringContainsString('The inline package is broken', $result->report['message']);
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0']], $this->workspace->versions());
        self::assertNotNull($result->report['release']);
    }

    public function test_when_all_sources_fail_nothing_is_published_and_their_reason_is_that_of_the_build(): void
    {
        $this->start('a', 'b', 'c');
        $before = $this->workspace->servedBytes();
        foreach (['a', 'b'] as $name) {
            $this->satis->fail($name, "fatal: unable to access '{$this->workspace->git->url($name)}/': Could not resolve host: git.example.test");
        }

        $result = $this->workspace->runPartial('a', 'b');

        self::assertSame('SourceUnreachable', $result->report['reason']);
        self::assertSame([0, 1], array_column($result->report['failedSources'], 'source'));
        self::assertNull($result->report['release']);
        self::assertSame($before, $this->workspace->servedBytes());

        $this->satis->fail('b', 'fatal: Authentication failed');
        $report = $this->workspace->runPartial('a', 'b')->report;
        self::assertSame('SourcesFailed', $report['reason']);
        self::assertEqualsCanonicalizing(['SourceUnreachable', 'SourceDenied'], $report['failureReasons']);
    }

    public function test_an_outdated_source_fails_and_what_its_cache_held_is_not_published(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->outdate('b');

        foreach ([$this->workspace->runPartial('a', 'b'), $this->workspace->run(['full' => true, 'sources' => $this->workspace->sources('a', 'b')])] as $result) {
            self::assertSame('SourcesFailed', $result->report['reason'], $result->output);
            self::assertSame([1], array_column($result->report['failedSources'], 'source'));
            self::assertSame(['SourceUnreachable'], array_column($result->report['failedSources'], 'reason'));
            self::assertSame(0, $result->report['exitCode'], 'Satis itself was content.');
            self::assertSame(['1.0'], $this->workspace->versions()['acme/b']);
            self::assertSame(['2.0'], $this->workspace->versions()['acme/a']);
        }
        self::assertSame(['2.0'], $this->workspace->versions()['acme/c']);
    }

    public function test_an_outdated_source_is_found_where_composer_calls_it_by_another_url(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->outdate('b', 'git@git.example.test:acme/b.git');

        $result = $this->workspace->runPartial('a', 'b', 'c');

        self::assertSame([1], array_column($result->report['failedSources'], 'source'));
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['1.0'], 'acme/c' => ['2.0']], $this->workspace->versions());
    }

    public function test_a_source_that_is_fine_is_not_blamed_for_another_that_satis_could_not_reach(): void
    {
        $this->start('a', 'b');
        $this->satis->outdate('a', $this->workspace->git->url('b'));

        $result = $this->workspace->runPartial('a');

        self::assertSame(['SourceUnreachable'], array_column($result->report['failedSources'], 'reason'));
        foreach ([$result->report['message'], $result->report['failedSources'][0]['message']] as $message) {
            self::assertStringContainsString("could not reach {$this->workspace->git->url('b')} and took", $message);
        }
        self::assertSame(['1.0'], $this->workspace->versions()['acme/a']);
    }

    public function test_sources_with_and_without_a_name_end_in_one_release(): void
    {
        $this->start('a', 'b', 'c');
        $orders = [['url' => $this->workspace->git->url('a')], ['url' => $this->workspace->git->url('b'), 'package' => 'acme/b']];

        $result = $this->workspace->run(['sources' => $orders]);

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame([[$this->workspace->git->url('a')], ['acme/b']], $this->satis->calls());
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0'], 'acme/c' => ['1.0']], $this->workspace->versions());
        self::assertCount(2, $this->workspace->releases());
    }

    public function test_sources_with_names_are_told_apart_as_well(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->fail('b', 'fatal: something');

        $result = $this->workspace->runPrune('a', 'b', 'c');

        self::assertSame([1], array_column($result->report['failedSources'], 'source'));
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['1.0'], 'acme/c' => ['2.0']], $this->workspace->versions());
    }

    public function test_a_package_that_its_source_does_not_have_stays_as_it_was_and_fails(): void
    {
        $this->start('a', 'b');
        $this->satis->clear('b');

        $result = $this->workspace->runPrune('a', 'b');

        self::assertSame(['SourceInvalid'], array_column($result->report['failedSources'], 'reason'));
        self::assertStringContainsString('has no version of acme/b', $result->report['failedSources'][0]['message']);
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['1.0']], $this->workspace->versions());
    }

    public function test_an_unknown_source_fails_alone(): void
    {
        $this->start('a', 'b');
        $sources = [['url' => 'https://git.example.test/acme/a'], ['url' => $this->workspace->git->url('b')], ['url' => $this->workspace->git->url('a'), 'package' => 'acme/x']];

        $result = $this->workspace->run(['sources' => $sources]);

        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertSame([[0, 'SourceUnknown'], [2, 'SourceUnknown']], array_map(
            static fn (array $source): array => [$source['source'], $source['reason']],
            $result->report['failedSources']
        ));
        self::assertSame(['acme/a' => ['1.0'], 'acme/b' => ['2.0']], $this->workspace->versions());

        $all = $this->workspace->run(['sources' => [$sources[0]]]);
        self::assertSame('SourceUnknown', $all->report['reason']);
        self::assertStringContainsString('exactly the URL https://git.example.test/acme/a.', $all->report['message']);
    }

    public function test_a_first_build_publishes_what_can_be_built(): void
    {
        $this->workspace = new Workspace();
        $this->satis = new MergingSatis($this->workspace, ['a', 'b', 'c']);
        $this->satis->fail('b', 'fatal: something');

        $result = $this->workspace->run();

        self::assertSame('SourcesFailed', $result->report['reason']);
        self::assertSame(['acme/a', 'acme/c'], array_keys($this->workspace->versions()));
    }

    public function test_a_full_disk_is_no_reason_to_try_each_source(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->fail('a', 'file_put_contents(): Write of 8192 bytes failed with errno=28 No space left on device');

        foreach ([['full' => true], ['sources' => $this->workspace->sources('a', 'b')]] as $order) {
            $result = $this->workspace->run($order);
            self::assertSame('VolumeFull', $result->report['reason']);
            self::assertStringContainsString('make it larger, or purge', $result->report['message']);
            self::assertCount(1, $this->satis->calls());
        }
    }

    public function test_the_deadline_holds_for_all_calls_together(): void
    {
        $this->start('a', 'b', 'c');
        $this->satis->fail('b', 'fatal: something');
        posix_mkfifo("{$this->workspace->root}/never", 0666);
        $satis = $this->workspace->satis;
        $this->workspace->satis = $this->workspace->script('slow-third', "echo x >> {$this->workspace->root}/count\n"
            . "[ \$(wc -l < {$this->workspace->root}/count) -lt 3 ] || { read line < {$this->workspace->root}/never; }\nexec $satis \"\$@\"");
        $before = $this->workspace->servedBytes();

        $result = $this->workspace->run(['sources' => $this->workspace->sources('a', 'b', 'c'), 'deadlineSeconds' => 3]);

        self::assertSame(124, $result->exitCode);
        self::assertSame("x\nx\nx\n", file_get_contents("{$this->workspace->root}/count"));
        self::assertSame($before, $this->workspace->servedBytes());
    }

    private function start(string ...$names): void
    {
        $this->workspace = new Workspace();
        $this->satis = new MergingSatis($this->workspace, $names);
        $this->satis->version('1.0');
        $first = $this->workspace->run();
        self::assertSame(0, $first->exitCode, $first->output);
        $this->satis->version('2.0');
        $this->satis->calls();
    }
}
