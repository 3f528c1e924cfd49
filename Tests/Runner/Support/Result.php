<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** What a runner that has ended left behind. */
final class Result
{
    public int $exitCode;
    public string $output;
    public string $reportText;
    /** @var array<string, mixed> */
    public array $report;

    public function __construct(int $exitCode, string $output, string $reportText)
    {
        $this->exitCode = $exitCode;
        $this->output = $output;
        $this->reportText = $reportText;
        $this->report = json_decode($reportText, true) ?? [];
    }
}
