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
        $workspace = new Workspace('lib', 'app');
        $workspace->configureByName('lib', 'app');
        $order = $this->fixture('work-order.json');
        $workspace->run();
        $workspace->git->tag('lib', '1.1.0');
        $workspace->git->deleteTag('app', '1.0.0');

        $result = $workspace->run($order);

        $keys = ['version', 'job', 'operation', 'full', 'sources', 'options', 'deadlineSeconds', 'keepReleases', 'graceSeconds'];
        self::assertSame($keys, array_keys($order));
        self::assertSame('Succeeded', $result->report['reason'], $result->reportText);
        self::assertSame(['acme/app' => ['dev-main'], 'acme/lib' => ['1.0.0', '1.1.0', 'dev-main']], $workspace->versions());
        self::assertStringContainsString("Commit {$order['sources'][0]['commits'][0]} is not in the release", $result->report['message']);
    }

    public function test_a_report_has_the_form_that_the_controller_reads(): void
    {
        $workspace = new Workspace();
        $satis = new MergingSatis($workspace, ['lib', 'app']);
        $workspace->run();
        $satis->fail('app', "fatal: Authentication failed for '{$workspace->git->url('app')}'");

        $report = $workspace->run($this->fixture('work-order.json'))->report;

        $expected = $this->fixture('report.json');
        $form = static fn (array $report): array => array_map('gettype', $report);
        self::assertSame($form($expected), $form($report));
        self::assertSame($form($expected['failedSources'][0]), $form($report['failedSources'][0]));
        self::assertSame([1, 'SourceDenied'], array_values(array_slice($report['failedSources'][0], 0, 2)));
        self::assertSame($expected['reason'], $report['reason']);
    }

    /** @return array<string, mixed> */
    private function fixture(string $name): array
    {
        return json_decode(file_get_contents(self::DIRECTORY . "/$name"), true, 512, JSON_THROW_ON_ERROR);
    }
}
