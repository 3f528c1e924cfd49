<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class ReportTest extends TestCase
{
    private const KEYS = ['version', 'result', 'reason', 'message', 'release', 'exitCode', 'failedSources', 'omittedSources', 'failureReasons', 'packages', 'startTime', 'endTime', 'log'];

    public function test_it_has_every_field_and_the_times_of_the_run(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');

        $from = gmdate('Y-m-d\TH:i:s\Z');
        $report = $workspace->run()->report;
        $to = gmdate('Y-m-d\TH:i:s\Z');

        self::assertSame(self::KEYS, array_keys($report));
        self::assertSame(1, $report['version']);
        self::assertGreaterThanOrEqual($from, $report['startTime']);
        self::assertGreaterThanOrEqual($report['startTime'], $report['endTime']);
        self::assertLessThanOrEqual($to, $report['endTime']);
    }

    /** @return array<string, array{string}> */
    public function texts(): array
    {
        return [
            'one byte a character' => ['x'],
            'two bytes a character' => ['ü'],
            'three bytes a character' => ['日'],
            'four bytes a character' => ['🚀'],
            'what JSON has to escape' => ["\x1b\""],
            'what is no UTF-8' => ["\xff\xc3"],
        ];
    }

    /** @dataProvider texts */
    public function test_it_is_never_longer_than_a_termination_message_may_be(string $character): void
    {
        $workspace = new Workspace();
        file_put_contents("{$workspace->root}/noise", str_repeat(str_repeat($character, 97) . "\n", 400) . "the end\n");
        $workspace->satis = $workspace->script('satis', "cat {$workspace->root}/noise; exit 1");

        $result = $workspace->run();

        self::assertLessThanOrEqual(4096, strlen($result->reportText));
        self::assertGreaterThan(3900, strlen($result->reportText));
        self::assertSame(self::KEYS, array_keys($result->report), $result->reportText);
        self::assertStringContainsString('the end', $result->report['log']);
        self::assertSame(1, preg_match('//u', $result->reportText), 'The report is UTF-8.');
        if (preg_match('//u', $character)) {
            self::assertStringNotContainsString("\u{FFFD}", $result->report['log'], 'No character was cut in two.');
        }
    }

    public function test_up_to_50_failed_sources_fit_with_some_of_the_log(): void
    {
        $report = $this->reportOf(50, 'ü"long ');

        self::assertSame(range(0, 49), array_column($report['failedSources'], 'source'));
        self::assertSame(['SourceUnreachable'], array_values(array_unique(array_column($report['failedSources'], 'reason'))));
        self::assertSame(0, $report['omittedSources']);
        self::assertGreaterThanOrEqual(512, strlen($report['log']));
    }

    public function test_few_failed_sources_keep_their_messages(): void
    {
        $report = $this->reportOf(3, 'long ');

        self::assertGreaterThanOrEqual(300, strlen($report['failedSources'][2]['message']));
        self::assertStringEndsWith('…', $report['failedSources'][2]['message']);
    }

    public function test_failed_sources_that_do_not_fit_are_counted(): void
    {
        $report = $this->reportOf(200, 'long ');

        self::assertGreaterThanOrEqual(50, count($report['failedSources']));
        self::assertSame(200, count($report['failedSources']) + $report['omittedSources']);
    }

    public function test_a_message_names_as_many_failed_sources_as_fit(): void
    {
        $report = $this->reportOf(200, 'x');

        self::assertMatchesRegularExpression('/^All 200 sources failed: https.*p1\.git \(SourceUnreachable\)(?:, .*)? and \d+ more\. /', $report['message']);
    }

    /** @return array<string, mixed> of a build in which this many sources were outdated, all with a long URL */
    private function reportOf(int $sources, string $part): array
    {
        $workspace = new Workspace();
        $urls = array_map(static fn (int $n): string => 'https://git.example.test/' . rawurlencode(str_repeat($part, 60)) . "/p$n.git", range(1, $sources));
        $workspace->configure($urls);
        $lines = array_map(static fn (string $url): string => "Failed to update $url, package information from this repository may be outdated", $urls);
        file_put_contents("{$workspace->root}/noise", str_repeat("noise\n", 1000) . implode("\n", $lines) . "\n");
        $workspace->satis = $workspace->script('satis', "cat {$workspace->root}/noise");

        $result = $workspace->run(['full' => true, 'sources' => array_map(static fn (string $url): array => ['url' => $url], $urls)]);

        self::assertLessThanOrEqual(4096, strlen($result->reportText));
        self::assertSame('SourceUnreachable', $result->report['reason'], $result->reportText);

        return $result->report;
    }

    public function test_a_report_that_cannot_be_written_does_not_change_the_exit_code(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        mkdir("{$workspace->root}/report-1.json");

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode);
        self::assertStringContainsString('the report could not be written', $result->output);
    }

    public function test_a_mistake_of_the_runner_itself_is_reported_with_its_place(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        mkdir("{$workspace->root}/cache/vcs/x/refs", 0000, true);
        $workspace->script('php', 'exec ' . PHP_BINARY . ' -d disable_functions=glob "$@"');

        $result = $workspace->run();

        self::assertSame(1, $result->exitCode);
        self::assertSame('RunnerFailed', $result->report['reason']);
        self::assertMatchesRegularExpression('/glob.*\(ComposerCache\.php:\d+\)/', $result->report['message']);
    }
}
