<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class LockTest extends TestCase
{
    public function test_a_second_runner_waits_says_for_whom_and_both_updates_are_in_the_output(): void
    {
        $workspace = new Workspace('a', 'b');
        self::assertSame(0, $workspace->run()->exitCode);
        $workspace->git->tag('a', '1.1.0');
        $workspace->git->tag('b', '1.1.0');
        $gate = Gate::beforeGit($workspace);
        $trace = "{$workspace->root}/trace";
        $workspace->satis = $workspace->script('traced', "echo start >> $trace\n{$workspace->satis} \"\$@\"\ncode=\$?\necho end >> $trace\nexit \$code");

        $first = $workspace->start(['sources' => $workspace->sources('a')]);
        $gate->waitUntilReached();
        $second = $workspace->start(['sources' => $workspace->sources('b')]);
        $second->process->waitFor('held by job job-2 (pod pod-2) since 2');
        $gate->open();
        $results = [$first->result(), $second->result()];

        self::assertSame([0, 0], array_column($results, 'exitCode'), $results[1]->output);
        self::assertSame(['acme/a' => ['1.0.0', '1.1.0', 'dev-main'], 'acme/b' => ['1.0.0', '1.1.0', 'dev-main']], $workspace->versions());
        self::assertStringContainsString('is free', $results[1]->output);
        self::assertSame("start\nend\nstart\nend\n", file_get_contents($trace), 'No two Satis processes overlapped.');
    }

    public function test_the_wait_counts_against_the_deadline(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        $lock = fopen("{$workspace->root}/output/.lock", 'c+');
        flock($lock, LOCK_EX);

        $result = $workspace->run(['deadlineSeconds' => 1]);

        self::assertSame(124, $result->exitCode);
        self::assertSame('DeadlineExceeded', $result->report['reason']);
        self::assertStringContainsString('waiting for the lock', $result->report['message']);
        self::assertSame(['.', '..', '.lock'], scandir("{$workspace->root}/output"));
    }

    public function test_a_waiting_runner_can_be_stopped(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        $lock = fopen("{$workspace->root}/output/.lock", 'c+');
        flock($lock, LOCK_EX);

        $run = $workspace->start();
        $run->process->waitFor('held by another runner');
        $run->process->signal(15);

        self::assertSame(143, $run->result()->exitCode);
    }

    public function test_an_orphaned_satis_keeps_the_lock_after_its_runner_was_killed(): void
    {
        $workspace = new Workspace('a');
        $gate = Gate::whileWriting($workspace);
        $first = $workspace->start();
        $gate->waitUntilReached();
        // The shell around the runner dies with it, as everything in a container would; Satis, on a lost node, lives on.
        foreach ($this->parents($gate->satis()) as $pid) {
            posix_kill($pid, 9);
        }

        $second = $workspace->start();
        $second->process->waitFor('held by job job-1 (pod pod-1)');
        $gate->open();

        self::assertSame(0, $second->result()->exitCode);
        self::assertSame(['acme/a' => ['1.0.0', 'dev-main']], $workspace->versions());
        self::assertSame(137, $first->process->wait());
    }

    public function test_a_lock_file_that_was_deleted_is_made_again(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        self::assertSame(0, $workspace->run()->exitCode);
        unlink("{$workspace->root}/output/.lock");

        self::assertSame(0, $workspace->run()->exitCode);
        self::assertFileExists("{$workspace->root}/output/.lock");
    }

    /** Storage may let go of the lock of a node that it has lost touch with, and another runner goes to work. */
    public function test_a_runner_leaves_what_another_has_staged_since_it_took_the_lock(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        $other = "{$workspace->root}/output/.staging/job-1-0a1b2c3d/build-1";
        $tiny = $workspace->satis;
        $workspace->satisThatThen("mkdir -p $other; touch $other/packages.json");

        self::assertSame(0, $workspace->run()->exitCode);

        self::assertFileExists("$other/packages.json");
        self::assertSame(['job-1-0a1b2c3d'], array_values(array_diff(scandir("{$workspace->root}/output/.staging"), ['.', '..'])));
        $workspace->satis = $tiny;
        self::assertSame(0, $workspace->run()->exitCode);
        self::assertDirectoryDoesNotExist("{$workspace->root}/output/.staging");
    }

    /** @return list<int> the runner and its shell */
    private function parents(int $satis): array
    {
        $parent = static function (int $pid): int {
            preg_match('/^PPid:\s+(\d+)/m', file_get_contents("/proc/$pid/status"), $match);
            return (int) $match[1];
        };
        $runner = $parent($satis);

        return [$runner, $parent($runner)];
    }
}
