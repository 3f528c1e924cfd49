<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** The controller's tests write and read the same two files. */
final class ContractTest extends TestCase
{
    private const DIRECTORY = __DIR__ . '/../Fixtures/contract';

    public function test_a_work_order_of_the_controller_is_carried_out(): void
    {
        $workspace = new Workspace('lib');
        $order = $this->fixture('work-order.json');

        $result = $workspace->run($order);

        self::assertSame(['version', 'job', 'operation', 'sources', 'options', 'deadlineSeconds'], array_keys($order));
        self::assertSame('Succeeded', $result->report['reason'], $result->reportText);
    }

    public function test_a_report_has_the_form_that_the_controller_reads(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');

        $report = $workspace->run()->report;

        $form = static fn (array $report): array => array_map('gettype', $report);
        self::assertSame($form($this->fixture('report.json')), $form($report));
    }

    /** @return array<string, mixed> */
    private function fixture(string $name): array
    {
        return json_decode(file_get_contents(self::DIRECTORY . "/$name"), true, 512, JSON_THROW_ON_ERROR);
    }
}
