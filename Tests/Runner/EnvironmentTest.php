<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** What Satis finds around it. */
final class EnvironmentTest extends TestCase
{
    private Workspace $workspace;

    protected function setUp(): void
    {
        $this->workspace = new Workspace();
    }

    public function test_composer_finds_home_cache_and_the_time_that_is_left(): void
    {
        $this->workspace->write('credentials/auth.json', ['github-oauth' => ['github.com' => 'planted-token']]);
        $this->workspace->environment['COMPOSER_HOME'] = '/nowhere';
        $this->workspace->environment['MY_PROXY'] = 'kept';

        $environment = $this->environment('cp $COMPOSER_HOME/auth.json ' . $this->workspace->root . '/seen; stat -c %a $COMPOSER_HOME/auth.json');

        self::assertFileEquals("{$this->workspace->root}/credentials/auth.json", $this->withoutLastLineEnd("{$this->workspace->root}/seen"));
        self::assertSame("{$this->workspace->root}/cache", $environment['COMPOSER_CACHE_DIR']);
        self::assertGreaterThan(290, (int) $environment['COMPOSER_PROCESS_TIMEOUT']);
        self::assertLessThanOrEqual(300, (int) $environment['COMPOSER_PROCESS_TIMEOUT']);
        self::assertSame('kept', $environment['MY_PROXY']);
        self::assertSame(getenv('SSL_CERT_FILE'), $environment['SSL_CERT_FILE'] ?? false);
    }

    public function test_ssh_gets_key_and_known_hosts_and_trusts_nobody_else(): void
    {
        // Mounted with a mode that ssh refuses, and without the end of the last line.
        file_put_contents("{$this->workspace->root}/credentials/id_key", "-----BEGIN\nkey\n-----END");
        chmod("{$this->workspace->root}/credentials/id_key", 0644);
        touch("{$this->workspace->root}/credentials/known_hosts");

        $environment = $this->environment('key=${GIT_SSH_COMMAND##* }; eval "stat -c %a $key; cat $key" > ' . $this->workspace->root . '/seen');

        $command = $environment['GIT_SSH_COMMAND'];
        self::assertStringStartsWith('ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=60 ', $command);
        self::assertStringContainsString(" -o 'UserKnownHostsFile={$this->workspace->root}/credentials/known_hosts'", $command);
        self::assertStringContainsString(" -o IdentitiesOnly=yes -i '", $command);
        self::assertSame("600\n-----BEGIN\nkey\n-----END\n", file_get_contents("{$this->workspace->root}/seen"));
    }

    public function test_a_host_that_stalls_in_the_middle_of_ssh_is_given_up(): void
    {
        touch("{$this->workspace->root}/credentials/known_hosts");

        $command = $this->environment('')['GIT_SSH_COMMAND'];

        self::assertStringContainsString(' -o ConnectTimeout=60 -o ServerAliveInterval=30 -o ServerAliveCountMax=10 ', $command);
    }

    public function test_what_the_image_arranges_for_ssh_is_kept(): void
    {
        self::assertArrayNotHasKey('GIT_SSH_COMMAND', $this->environment(''));

        $this->workspace->environment += ['GIT_SSH_COMMAND' => 'ssh -F /etc/own'];
        self::assertSame('ssh -F /etc/own', $this->environment('')['GIT_SSH_COMMAND']);
    }

    public function test_further_authorities_are_added_to_those_of_the_system(): void
    {
        file_put_contents("{$this->workspace->root}/credentials/ca.crt", "further authority");
        file_put_contents("{$this->workspace->root}/system.crt", "system authority\n");
        $this->workspace->environment['SSL_CERT_FILE'] = "{$this->workspace->root}/system.crt";

        $environment = $this->environment("cat \$SSL_CERT_FILE > {$this->workspace->root}/seen");

        self::assertSame("further authority\nsystem authority\n", file_get_contents("{$this->workspace->root}/seen"));
        self::assertSame($environment['SSL_CERT_FILE'], $environment['GIT_SSL_CAINFO']);
    }

    public function test_git_asks_nobody_stays_in_the_foreground_and_trusts_its_cache(): void
    {
        $this->workspace->environment += ['GIT_CONFIG_COUNT' => '1', 'GIT_CONFIG_KEY_0' => 'http.proxy', 'GIT_CONFIG_VALUE_0' => 'http://proxy'];

        $environment = $this->environment("git config --get-all gc.autoDetach > {$this->workspace->root}/seen; "
            . "git config --get-all safe.directory >> {$this->workspace->root}/seen; git config http.proxy >> {$this->workspace->root}/seen");

        self::assertSame('0', $environment['GIT_TERMINAL_PROMPT']);
        self::assertSame("false\n*\n*\nhttp://proxy\n", file_get_contents("{$this->workspace->root}/seen"));
    }

    public function test_broken_credentials_are_refused_before_satis_runs(): void
    {
        file_put_contents("{$this->workspace->root}/credentials/auth.json", '{"github-oauth": planted-token');
        $this->workspace->satis = $this->workspace->script('satis', 'echo never');

        $result = $this->workspace->run();

        self::assertSame('ConfigurationInvalid', $result->report['reason']);
        self::assertStringContainsString('auth.json is not the JSON object', $result->report['message']);
        self::assertStringNotContainsString('never', $result->output);
        self::assertStringNotContainsString('planted-token', $result->output . $result->reportText);
    }

    public function test_satis_gets_options_first_and_the_exact_sources(): void
    {
        $sources = ['https://git.example.test/a.git/', 'git@git.example.test:a b.git'];
        $this->workspace->configure($sources);
        (new TinySatis($this->workspace))->builds('1.0.0');
        self::assertSame(0, $this->workspace->run()->exitCode);
        $this->workspace->satisThatThen('printf "<%s>" "$@"; echo');

        $output = $this->workspace->run(['sources' => array_map(static fn (string $url): array => ['url' => $url], $sources), 'options' => ['NoHTML', 'Minify']])->output;

        $expected = '<build><--no-interaction><--no-ansi><--minify><--no-html-output>'
            . "<--repository-url={$sources[0]}><--repository-url={$sources[1]}><--><{$this->workspace->root}/satis.json>"
            . "<{$this->workspace->root}/output/.staging/job-2-";
        self::assertStringContainsString($expected, $output);
    }

    /** @return array<string, string> the environment of a Satis that does this */
    private function environment(string $body): array
    {
        $this->workspace->satis = $this->workspace->script('satis', "env -0 > {$this->workspace->root}/environment\n$body\nexit 1");
        $this->workspace->run();
        $environment = [];
        foreach (explode("\0", rtrim(file_get_contents("{$this->workspace->root}/environment"), "\0")) as $variable) {
            [$name, $value] = explode('=', $variable, 2);
            $environment[$name] = $value;
        }

        return $environment;
    }

    private function withoutLastLineEnd(string $file): string
    {
        file_put_contents($file, rtrim(file_get_contents($file), "\n"));

        return $file;
    }
}
