<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class CrashTest extends TestCase
{
    /** @return array<string, array{callable(Workspace): Gate, int}> a place, and how many include files are staged by then */
    public function places(): array
    {
        return [
            'before Satis has written anything' => [[Gate::class, 'beforeGit'], 1],
            'in the middle of the writing' => [[Gate::class, 'whileWriting'], 2],
        ];
    }

    /**
     * @dataProvider places
     * @param callable(Workspace): Gate $place
     */
    public function test_a_runner_killed_in_the_middle_of_satis_leaves_what_is_served_byte_for_byte(callable $place, int $includes): void
    {
        $workspace = new Workspace('a', 'b');
        self::assertSame(0, $workspace->run()->exitCode);
        $before = $workspace->servedBytes();
        $workspace->git->tag('a', '1.1.0');
        $gate = $place($workspace);

        // Process 1 of a container takes all others with it; here they are a session of their own.
        $workspace->prefix = ['setsid', '--wait'];
        $run = $workspace->start();
        $gate->waitUntilReached();
        $staged = glob("{$workspace->root}/output/.staging/*/*/include/*.json");
        posix_kill(-posix_getsid($gate->satis()), 9);
        self::assertSame(137, $run->process->wait());

        self::assertCount($includes, $staged, 'Satis was killed where it was to be killed.');
        self::assertSame($before, $workspace->servedBytes());
        $gate->open();
        $workspace->prefix = [];
        self::assertSame(0, $workspace->run()->exitCode);
        self::assertSame(['1.0.0', '1.1.0', 'dev-main'], $workspace->versions()['acme/a']);
        self::assertDirectoryDoesNotExist("{$workspace->root}/output/.staging");
    }

    public function test_a_runner_killed_at_any_step_serves_the_old_or_the_new_release_and_the_next_one_repairs(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0', 'acme/b');
        foreach (range(1, 3) as $ignored) {
            self::assertSame(0, $workspace->run()->exitCode);
        }
        $satis->builds('2.0.0', 'acme/b');
        $workspace->injectFaults();
        self::assertSame(0, Process::start(['cp', '-a', "{$workspace->root}/output", "{$workspace->root}/start"])->wait());
        $old = $workspace->servedBytes();

        $step = 0;
        $published = 0;
        do {
            $step++;
            $workspace->environment['CRASH_BEFORE_STEP'] = (string) $step;
            $crash = $workspace->run();
            $served = $workspace->servedBytes();
            if ($served['current'] === $old['current']) {
                self::assertSame($old, $served, $crash->output);
            } else {
                $published++;
                self::assertSame(['2.0.0'], $workspace->versions()['acme/b'], $crash->output);
                self::assertFileExists("{$workspace->root}/output/current/dist/acme/b/2.0.0.zip");
            }

            $workspace->environment['CRASH_BEFORE_STEP'] = '0';
            $repaired = $workspace->run();
            self::assertSame(0, $repaired->exitCode, $crash->output . $repaired->output);
            self::assertSame(['2.0.0'], $workspace->versions()['acme/b'], $crash->output);
            self::assertCount(3, $workspace->releases(), $crash->output);
            self::assertDirectoryDoesNotExist("{$workspace->root}/output/.staging", $crash->output);
            $this->startAgain($workspace);
        } while ($crash->exitCode === 137);

        self::assertSame(0, $crash->exitCode, $crash->output);
        self::assertGreaterThan(40, $step, 'Every step that changes something was a place to crash.');
        self::assertGreaterThan(5, $published, 'Some of them came after the release was published.');
    }

    public function test_a_purge_killed_at_any_step_leaves_every_archive_that_is_named(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        foreach (['1.0.0', '2.0.0'] as $version) {
            $satis->builds($version);
            self::assertSame(0, $workspace->run()->exitCode);
        }
        $workspace->satis = $workspace->script('purging-satis', 'for staging; do :; done; rm -rf $staging/dist');

        $published = $this->killAtEveryStep($workspace, ['operation' => 'Purge', 'graceSeconds' => 0], function (Result $crash) use ($workspace): void {
            self::assertSame(['2.0.0'], $workspace->versions()['acme/a'], $crash->output);
            $archives = array_values(preg_grep('/zip$/', array_keys($workspace->servedBytes())));
            self::assertSame(['dist/acme/a/2.0.0.zip'], $archives, $crash->output);
        });

        self::assertGreaterThan(0, $published);
    }

    public function test_a_rollback_killed_at_any_step_serves_one_release_or_the_other(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0');
        self::assertSame(0, $workspace->run()->exitCode);
        $satis->builds('2.0.0', 'acme/b');
        self::assertSame(0, $workspace->run()->exitCode);
        $named = preg_grep('{^(include|dist)/}', array_keys($workspace->servedBytes()));
        $before = array_intersect_key($workspace->servedBytes(), array_flip($named));

        $isWhole = function (Result $crash) use ($workspace, $before): void {
            self::assertSame(['acme/a' => ['1.0.0']], $workspace->versions(), $crash->output);
            $kept = array_intersect_key($workspace->servedBytes(), $before);
            self::assertSame($before, $kept, "Clients may still ask for it. $crash->output");
        };
        $published = $this->killAtEveryStep($workspace, ['operation' => 'Rollback'], $isWhole);

        self::assertGreaterThan(0, $published);
    }

    public function test_taking_over_a_plain_output_killed_at_any_step_leaves_the_originals_and_serves_all_or_nothing(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0', 'acme/b');
        self::assertSame(0, Process::start(['cp', '-a', "{$workspace->root}/built/.", "{$workspace->root}/output"])->wait());
        $original = sha1_file("{$workspace->root}/output/packages.json");
        $satis->builds('2.0.0', 'acme/b');

        $published = $this->killAtEveryStep($workspace, [], function (Result $crash) use ($workspace, $original): void {
            self::assertContains($workspace->versions()['acme/b'], [['1.0.0'], ['2.0.0']], $crash->output);
            self::assertFileExists("{$workspace->root}/output/current/dist/acme/b/1.0.0.zip", $crash->output);
            self::assertSame($original, sha1_file("{$workspace->root}/output/packages.json"));
        });

        self::assertGreaterThan(0, $published);
    }

    public function test_a_batch_killed_at_any_step_serves_the_old_or_the_new_release(): void
    {
        $workspace = new Workspace();
        $satis = new MergingSatis($workspace, ['a', 'b', 'c']);
        self::assertSame(0, $workspace->run()->exitCode);
        $satis->version('2.0.0');
        $satis->fail('b', 'fatal: something');

        $published = $this->killAtEveryStep($workspace, ['sources' => $workspace->sources('a', 'b', 'c')], function (Result $crash) use ($workspace): void {
            self::assertSame(['acme/a' => ['2.0.0'], 'acme/b' => ['1.0.0'], 'acme/c' => ['2.0.0']], $workspace->versions(), $crash->output);
        }, 1, 7);

        self::assertGreaterThan(0, $published);
    }

    /**
     * Kills the runner before each of its steps in turn. What is served must be byte for byte what it was, or have been
     * published; then the next runner comes to its end, and that is published as well.
     *
     * @param array<string, mixed> $order
     * @param callable(Result): void $published
     * @param int $stride more than 1 where many steps are alike
     * @return int how many of the killed ones had published
     */
    private function killAtEveryStep(Workspace $workspace, array $order, callable $published, int $exitCode = 0, int $stride = 1): int
    {
        $workspace->injectFaults();
        self::assertSame(0, Process::start(['cp', '-a', "{$workspace->root}/output", "{$workspace->root}/start"])->wait());
        $old = $workspace->servedBytes();
        $count = $step = 0;
        do {
            $step += $stride;
            $workspace->environment['CRASH_BEFORE_STEP'] = (string) $step;
            $crash = $workspace->run($order);
            $served = $workspace->servedBytes();
            if ($served['current'] === $old['current']) {
                self::assertSame($old, $served, $crash->output);
                $workspace->environment['CRASH_BEFORE_STEP'] = '0';
                $repaired = $workspace->run($order);
                self::assertSame($exitCode, $repaired->exitCode, $crash->output . $repaired->output);
                $published($repaired);
                self::assertDirectoryDoesNotExist("{$workspace->root}/output/.staging", $crash->output);
            } else {
                $count++;
                $published($crash);
            }
            $this->startAgain($workspace);
        } while ($crash->exitCode === 137);
        self::assertSame($exitCode, $crash->exitCode, $crash->output);
        self::assertGreaterThan(15, $step, 'Every step that changes something was a place to crash.');

        return $count - 1;
    }

    public function test_a_volume_without_hard_links_gets_copies(): void
    {
        $workspace = new Workspace();
        $workspace->injectFaults();
        $workspace->environment['NO_HARD_LINKS'] = '1';
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0');
        $workspace->run();
        $satis->builds('2.0.0');

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('archives linked: 0, copied: 1', $result->output);
        self::assertFileExists("{$workspace->root}/output/current/dist/acme/a/1.0.0.zip");
    }

    private function startAgain(Workspace $workspace): void
    {
        $script = 'rm -rf "$1/output" "$1/tmp" && cp -a "$1/start" "$1/output" && mkdir "$1/tmp"';
        self::assertSame(0, Process::start(['sh', '-c', $script, 'sh', $workspace->root])->wait());
    }

    /** @return array<string, array{string}> */
    public function shortCopies(): array
    {
        return ['with a result that says so' => ['noticed'], 'with a result that is good' => ['unnoticed']];
    }

    /** @dataProvider shortCopies */
    public function test_a_copy_that_ends_early_is_made_in_another_way(string $kind): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->write('notes.txt', 'the whole text');
        $satis->builds('1.0.0');
        self::assertSame(0, $workspace->run()->exitCode);
        $before = $workspace->servedBytes();
        $workspace->injectFaults();
        $workspace->environment += ['SHORT_COPIES' => $kind, 'NO_HARD_LINKS' => '1'];
        // Satis writes none of this again, so that it can come only from the release before.
        Process::start(['rm', '-rf', "{$workspace->root}/built"])->wait();
        $satis->builds('2.0.0');

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        $served = $workspace->servedBytes();
        $copied = preg_grep('{^(notes|dist/|include/)}', array_keys($before));
        self::assertCount(3, $copied);
        foreach ($copied as $file) {
            self::assertSame($before[$file], $served[$file], $file);
        }
    }

    public function test_a_full_volume_is_named_and_nothing_is_published(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0');
        $workspace->run();
        $before = $workspace->servedBytes();
        $workspace->injectFaults();
        $workspace->environment['FULL_VOLUME'] = '1';

        $result = $workspace->run();

        self::assertSame('VolumeFull', $result->report['reason'], $result->output);
        self::assertStringContainsString('No space left on device', $result->report['message']);
        self::assertStringContainsString('make it larger, or purge', $result->report['message']);
        self::assertSame($before, $workspace->servedBytes());
    }
}
