<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A runner at work. */
final class Run
{
    public Process $process;
    private string $reportFile;

    public function __construct(Process $process, string $reportFile)
    {
        $this->process = $process;
        $this->reportFile = $reportFile;
    }

    public function result(): Result
    {
        $exitCode = $this->process->wait();

        return new Result($exitCode, $this->process->output(), (string) @file_get_contents($this->reportFile));
    }
}
