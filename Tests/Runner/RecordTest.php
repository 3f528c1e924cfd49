<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** What a release says it was built from, and what follows from that. */
final class RecordTest extends TestCase
{
    private Workspace $workspace;
    private MergingSatis $satis;

    protected function setUp(): void
    {
        $this->workspace = new Workspace();
        $this->satis = new MergingSatis($this->workspace, ['a', 'b', 'c']);
        self::assertSame(0, $this->workspace->run(['job' => 'first'])->exitCode);
        $this->satis->calls();
    }

    public function test_a_release_records_configuration_job_and_time(): void
    {
        $record = $this->workspace->served('.satis-release.json');

        self::assertSame(hash_file('sha256', "{$this->workspace->root}/satis.json"), $record['configHash']);
        self::assertSame('first', $record['job']);
        self::assertMatchesRegularExpression('/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $record['time']);
    }

    public function test_a_partial_build_keeps_the_configuration_on_record_under_its_own_job(): void
    {
        self::assertSame(0, $this->workspace->run(['job' => 'second', 'sources' => $this->workspace->sources('a')])->exitCode);

        self::assertCount(1, $this->satis->calls()[0]);
        self::assertSame(hash_file('sha256', "{$this->workspace->root}/satis.json"), $this->workspace->served('.satis-release.json')['configHash']);
        self::assertSame('second', $this->workspace->served('.satis-release.json')['job']);
    }

    public function test_after_a_change_of_the_configuration_a_partial_build_builds_everything(): void
    {
        $this->change();

        $result = $this->workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertSame([['everything']], $this->satis->calls());
        self::assertStringContainsString('not built from this satis.json alone: building everything', $result->output);
        self::assertSame(hash_file('sha256', "{$this->workspace->root}/satis.json"), $this->workspace->served('.satis-release.json')['configHash']);
    }

    public function test_a_release_that_keeps_packages_of_an_earlier_configuration_has_none_on_record(): void
    {
        $this->change();
        $this->satis->version('2.0');
        $this->satis->fail('c', 'fatal: Authentication failed');

        $result = $this->workspace->runPartial('a');

        self::assertSame('Succeeded', $result->report['result'], 'What was asked for is there.');
        self::assertSame([], $result->report['failedSources']);
        self::assertStringContainsString("along with it failed: {$this->workspace->git->url('c')} (SourceDenied)", $result->report['message']);
        self::assertSame(['acme/a' => ['2.0'], 'acme/b' => ['2.0'], 'acme/c' => ['1.0.0']], $this->workspace->versions());
        self::assertNull($this->workspace->served('.satis-release.json')['configHash']);
    }

    public function test_a_broken_source_does_not_make_a_release_of_the_same_configuration_forget_it(): void
    {
        $this->satis->fail('c', 'fatal: Authentication failed');

        self::assertSame('SourcesFailed', $this->workspace->run()->report['reason']);

        self::assertNotNull($this->workspace->served('.satis-release.json')['configHash']);
    }

    public function test_another_homepage_from_the_environment_builds_everything_too(): void
    {
        $workspace = new Workspace('a');
        $workspace->run();
        $workspace->environment['SATIS_HOMEPAGE'] = 'http://moved.example.test';

        $result = $workspace->runPartial('a');

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('building everything', $result->output);
    }

    private function change(): void
    {
        $config = Workspace::json("{$this->workspace->root}/satis.json");
        $this->workspace->write('satis.json', ['description' => 'changed'] + $config);
    }
}
