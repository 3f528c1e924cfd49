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
        $staged = glob("{$workspace->root}/output/.staging/*/include/*.json");
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
        $this->injectFaults($workspace);
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

    public function test_a_volume_without_hard_links_gets_copies(): void
    {
        $workspace = new Workspace();
        $this->injectFaults($workspace);
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

    private function injectFaults(Workspace $workspace): void
    {
        $workspace->script('php', 'exec ' . PHP_BINARY . ' -d auto_prepend_file=' . __DIR__ . '/Support/faults.php "$@"');
    }

    private function startAgain(Workspace $workspace): void
    {
        $script = 'rm -rf "$1/output" "$1/tmp" && cp -a "$1/start" "$1/output" && mkdir "$1/tmp"';
        self::assertSame(0, Process::start(['sh', '-c', $script, 'sh', $workspace->root])->wait());
    }
}
