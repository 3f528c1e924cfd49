<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class InterruptionTest extends TestCase
{
    /** @return array<string, array{list<string>}> */
    public function shells(): array
    {
        return ['dash' => [['dash']], 'the ash of busybox' => [['busybox', 'ash']], 'bash' => [['bash']]];
    }

    public function test_a_runner_stopped_before_satis_has_written_anything_stops_it_too(): void
    {
        $workspace = $this->workspaceWithARelease();
        $gate = Gate::beforeGit($workspace);

        $run = $workspace->start();
        $gate->waitUntilReached();
        $git = $gate->satis();
        $run->process->signal(15);

        self::assertSame(143, $run->result()->exitCode);
        self::assertFalse(Process::isAlive($git));
    }

    /**
     * @dataProvider shells
     * @param list<string> $shell
     */
    public function test_a_terminated_runner_stops_satis_reports_and_publishes_nothing(array $shell): void
    {
        $workspace = $this->workspaceWithARelease();
        $workspace->shell = $shell;
        $before = $workspace->servedBytes();
        $gate = Gate::whileWriting($workspace);

        $run = $workspace->start();
        $gate->waitUntilReached();
        $satis = $gate->satis();
        $run->process->signal(15);
        $result = $run->result();

        self::assertSame(143, $result->exitCode, $result->output);
        self::assertSame('Terminated', $result->report['reason']);
        self::assertStringContainsString('told to stop while Satis was running', $result->report['message']);
        self::assertStringContainsString('Wrote packages', $result->report['log']);
        self::assertFalse(Process::isAlive($satis));
        self::assertSame($before, $workspace->servedBytes());
        self::assertDirectoryDoesNotExist("{$workspace->root}/output/.staging");
    }

    public function test_a_runner_stops_once_the_controller_has_written_the_stop_file(): void
    {
        $workspace = $this->workspaceWithARelease();
        $before = $workspace->servedBytes();
        $gate = Gate::whileWriting($workspace);

        $run = $workspace->start();
        $gate->waitUntilReached();
        $satis = $gate->satis();
        $workspace->stop();
        $result = $run->result();

        self::assertSame(143, $result->exitCode, $result->output);
        self::assertSame('Terminated', $result->report['reason']);
        self::assertStringContainsString('Wrote packages', $result->report['log']);
        self::assertFalse(Process::isAlive($satis));
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_a_runner_that_is_told_to_stop_before_it_starts_starts_no_satis(): void
    {
        $workspace = $this->workspaceWithARelease();
        $workspace->stop();
        $workspace->satis = $workspace->script('satis', 'echo "Satis was started"');

        $result = $workspace->run();

        self::assertSame('Terminated', $result->report['reason']);
        self::assertStringNotContainsString('Satis was started', $result->output);
    }

    public function test_start_sh_hands_the_exit_code_of_the_runner_on(): void
    {
        foreach ($this->shells() as [$shell]) {
            $workspace = new Workspace();
            $workspace->shell = $shell;
            $workspace->script('php', 'exit 42');
            self::assertSame(42, $workspace->run()->exitCode);
            $workspace->script('php', 'kill -9 $$');
            self::assertSame(137, $workspace->run()->exitCode);
            // A signal that came too late to stop anything does not turn a success into a failure.
            $workspace->script('php', 'echo ready; read line; echo "heard $line"; exit 0');
            $run = $workspace->start();
            $run->process->waitFor('ready');
            $run->process->signal(15);
            self::assertSame(0, $run->result()->exitCode);
            self::assertStringContainsString('heard stop', $run->process->output());
        }
    }

    public function test_start_sh_leaves_nothing_behind(): void
    {
        $workspace = new Workspace();
        $workspace->script('php', 'exit 0');

        $workspace->run();

        self::assertSame([], glob("{$workspace->root}/tmp/*"));
    }

    public function test_the_deadline_ends_satis(): void
    {
        $workspace = $this->workspaceWithARelease();
        $before = $workspace->servedBytes();
        $gate = Gate::whileWriting($workspace);

        $run = $workspace->start(['deadlineSeconds' => 2]);
        $gate->waitUntilReached();
        $result = $run->result();

        self::assertSame(124, $result->exitCode);
        self::assertSame('DeadlineExceeded', $result->report['reason']);
        self::assertStringContainsString('The deadline of 2 s passed while Satis was running', $result->report['message']);
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_what_satis_started_in_the_background_is_ended_too(): void
    {
        $workspace = new Workspace();
        $pipe = "{$workspace->root}/background";
        posix_mkfifo($pipe, 0666);
        // In a session of its own, without its parent, and deaf to SIGTERM.
        $workspace->satis = $workspace->script('satis', <<<SH
            setsid sh -c 'trap "" TERM; echo \$\$ > $pipe; while :; do read line < $pipe.none; done' > /dev/null 2>&1 &
            read pid < $pipe
            echo "background \$pid"
            SH);
        posix_mkfifo("$pipe.none", 0666);

        $result = $workspace->run();

        self::assertSame(1, preg_match('/background (\d+)/', $result->output, $match), $result->output);
        self::assertFalse(Process::isAlive((int) $match[1]));
    }

    public function test_a_satis_that_is_deaf_to_sigterm_is_killed(): void
    {
        $workspace = new Workspace();
        posix_mkfifo("{$workspace->root}/never", 0666);
        $workspace->satis = $workspace->script('satis', "trap '' TERM; echo ready; while :; do read line < {$workspace->root}/never; done");

        $run = $workspace->start();
        $run->process->waitFor('ready');
        $run->process->signal(15);

        self::assertSame(143, $run->result()->exitCode);
    }

    private function workspaceWithARelease(): Workspace
    {
        $workspace = new Workspace('a');
        self::assertSame(0, $workspace->run()->exitCode);
        $workspace->git->tag('a', '1.1.0');

        return $workspace;
    }
}
