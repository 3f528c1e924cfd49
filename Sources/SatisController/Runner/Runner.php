<?php

declare(strict_types=1);

namespace SatisOperator;

/** One build, from the work order to the report. */
final class Runner
{
    private Options $options;
    private Interruption $interruption;
    private Redactor $redactor;
    private Log $log;
    private Report $report;

    public function __construct(Options $options)
    {
        $this->options = $options;
        $this->interruption = new Interruption($options->stopOnInput);
        $this->redactor = new Redactor();
        $this->log = new Log($this->redactor);
        $this->report = new Report();
    }

    /** @return int the exit code */
    public function run(): int
    {
        $exitCode = 0;
        try {
            $this->build();
            $this->report->result = 'Succeeded';
            $this->report->reason = 'Succeeded';
        } catch (Failure $failure) {
            $this->report->reason = $failure->reason;
            $this->report->message = $failure->getMessage();
            $this->report->failedSources = $failure->sources;
            $exitCode = $failure->exitCode();
        } catch (\Throwable $error) {
            $place = basename($error->getFile()) . ':' . $error->getLine();
            $this->report->message = "The runner failed: {$error->getMessage()} ($place)";
            $exitCode = 1;
        }
        $this->log->flush();
        $this->log->say("{$this->report->reason}: {$this->report->message}");
        $this->writeReport();

        return $exitCode;
    }

    private function build(): void
    {
        $order = WorkOrder::read($this->options->order);
        $this->interruption->startDeadline($order->deadlineSeconds);
        $config = SatisConfig::read($this->options->config);
        $config->requireSources($order->sources);
        $satis = SatisProcess::find($this->options->satis);
        $environment = new SatisEnvironment($this->options->credentials, $this->options->cache);
        try {
            $environment->teach($this->redactor, $config);
            $this->buildLocked($order, $config, $satis, $environment);
        } finally {
            $environment->remove();
        }
    }

    private function buildLocked(WorkOrder $order, SatisConfig $config, SatisProcess $satis, SatisEnvironment $environment): void
    {
        // Held until this process and everything that inherited it have ended.
        $lock = OutputLock::take($this->options->output, $order->job, $this->log, $this->interruption);
        (new ComposerCache($this->options->cache))->repair();

        $output = new Output($this->options->output, $config->archiveDirectory(), $this->log);
        $output->sweep();
        $base = $output->current();
        $sources = $this->sourcesToBuild($order, $config, $base);
        $staging = $output->stage($base, $order->job, $this->interruption);

        $findings = $this->runSatis($satis, $satis->buildCommand($config->path, $staging, $sources, $order->satisOptions), $environment);

        $check = new OutputCheck($config, $this->interruption);
        $catalogue = $check->check($staging, $base === null ? null : $output->path($base), $sources !== []);
        $this->report->release = $output->publish($staging, $base, $catalogue);
        $output->retire($this->report->release);

        $this->report->packages = count($catalogue->packages);
        $this->report->message = "Published release {$this->report->release} with {$this->report->packages} packages.";
        if ($findings->skipped() !== []) {
            $this->report->message .= ' Satis left out: ' . implode('; ', $findings->skipped());
        }
    }

    /** @return list<string> none for a full build */
    private function sourcesToBuild(WorkOrder $order, SatisConfig $config, ?string $base): array
    {
        if ($order->sources !== [] && $base === null) {
            $this->log->say('there is no release to bring up to date: building everything');
            return [];
        }
        if ($order->sources !== [] && !$config->allowsPartialBuilds()) {
            $this->log->say('satis.json has neither includes nor providers, without which Satis builds everything or loses packages: building everything');
            return [];
        }

        return $order->sources;
    }

    /** @param list<string> $command */
    private function runSatis(SatisProcess $satis, array $command, SatisEnvironment $environment): SatisFindings
    {
        $findings = new SatisFindings();
        $onOutput = function (string $piece) use ($findings): void {
            $this->log->append($piece);
            $findings->append($piece);
        };
        $variables = $environment->variables($this->interruption->remainingSeconds());
        $this->report->exitCode = $satis->run($command, $variables, $environment->home(), $onOutput, $this->interruption);
        $this->log->flush();

        if ($this->report->exitCode !== 0) {
            throw new Failure('SatisFailed', $this->explain($this->report->exitCode, $findings->error()));
        }
        $outdated = $findings->outdatedSources();
        if ($outdated !== []) {
            $urls = implode(', ', array_column($outdated, 'url'));
            $message = "Satis could not reach $urls and would have published what it had in its cache. Nothing was published.";
            throw new Failure('SourceOutdated', $message, $outdated);
        }

        return $findings;
    }

    private function explain(int $exitCode, string $error): string
    {
        if ($exitCode === 137) {
            return 'Satis was killed (exit code 137), most likely for its memory: raise the memory limit.';
        }

        return "Satis ended with exit code $exitCode" . ($error === '' ? '.' : ": $error");
    }

    private function writeReport(): void
    {
        $json = $this->report->encode($this->redactor, $this->log->tail());
        if (@file_put_contents($this->options->report, $json) === false) {
            $this->log->say("the report could not be written to {$this->options->report}");
        }
    }
}
