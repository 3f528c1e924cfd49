<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

final class RedactionTest extends TestCase
{
    /** @return array<string, array{string, string}> what Satis prints, and what of it must not be seen */
    public function secrets(): array
    {
        return [
            'a password in a URL' => ['fatal: https://deploy:s3cr3tpw@git.example.test/acme/a.git', 's3cr3tpw'],
            'a password with a / in a URL' => ['fatal: https://deploy:s3/cr3tpw@git.example.test/acme/a.git', 'cr3tpw'],
            'a password with an @ in a URL' => ['fatal: https://deploy:s3@cr3tpw@git.example.test/acme/a.git', 'cr3tpw'],
            'a token as the user of a URL' => ['fatal: https://0123456789abcdef@git.example.test/acme/a.git', '0123456789abcdef'],
            'a password of an ssh URL' => ['ssh://git:s3cr3tpw@git.example.test/a.git', 's3cr3tpw'],
            'a token of GitHub' => ['token ghp_0123456789abcdefghijABCDEFGHIJ012345', 'ghp_0123456789'],
            'a fine-grained token of GitHub' => ['github_pat_11AAAAAAA0123456789_abcdefghijklmnopqrstuvwxyz', 'github_pat_11AAAAAAA'],
            'a token of GitLab' => ['glpat-AbCdEfGhIjKlMnOpQrSt', 'AbCdEfGhIjKlMnOpQrSt'],
            'a deploy token of GitLab' => ['gldt-AbCdEfGhIjKlMnOpQrSt', 'AbCdEfGhIjKlMnOpQrSt'],
            'a bearer token' => ['> Authorization: Bearer abc.def-ghi_jkl~mno', 'abc.def-ghi_jkl'],
            'a bearer token alone' => ['sent bearer abcdefghijklmnop', 'abcdefghijklmnop'],
            'basic authentication' => ['> authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
            'a header of GitLab' => ['PRIVATE-TOKEN: plainsecret', 'plainsecret'],
            'a token in a query' => ['GET https://git.example.test/archive.zip?private_token=plainsecret&x=1', 'plainsecret'],
            'a signature in a query' => ['GET https://s3.example.test/a.zip?x=1&X-Amz-Signature=plainsecret', 'plainsecret'],
            'a JSON web token' => ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'dozjgNryP4J3jVmNHl0w5N'],
            'a password of auth.json' => ['password planted-http-basic', 'planted-http-basic'],
            'the same in a URL' => ['GET /?q=planted%2Fwith+odd%26characters', 'with+odd'],
            'the same in JSON' => ['{"a": "planted\\/with odd&characters"}', 'with odd'],
            'a user name that is a token' => ['user planted-user-token', 'planted-user-token'],
            'a token of auth.json' => ['token planted-github-oauth', 'planted-github-oauth'],
            'a consumer secret deep inside' => ['planted-consumer-secret', 'planted-consumer-secret'],
            'user and password as git sends them' => ['header ' . base64_encode('planted-user-token:planted-http-basic'), base64_encode('planted-user-token:planted-http-basic')],
            'credentials inside satis.json' => ['planted-in-satis-json', 'planted-in-satis-json'],
            'a header inside satis.json' => ['planted-header', 'planted-header'],
            'an incoming webhook of Slack' => ['https://hooks.slack.com/services/T0PLANTED/B0PLANTED/secretsecretsecret', 'PLANTED'],
            'a secret of COMPOSER_AUTH' => ['planted-composer-auth', 'planted-composer-auth'],
            'a bearer token of COMPOSER_AUTH' => ['got planted-bearer', 'planted-bearer'],
            'the password of a proxy' => ['proxy says: planted-proxy is wrong', 'planted-proxy'],
            'a password of a proxy that is no UTF-8, in a URL' => ['GET /?q=p%E9latin', 'latin'],
            'the same in JSON of ASCII' => ['{"a": "p\ufffdlatin"}', 'latin'],
            'the same in JSON of UTF-8' => ["{\"a\": \"p\u{FFFD}latin\"}", 'latin'],
            'a password with quotes in JSON of UTF-8' => ['{"a": "quo\"ted/wörd"}', 'quo'],
            'an API key in a query' => ['GET https://git.example.test/a.zip?api_key=plainsecret', 'plainsecret'],
            'a line of the deploy key' => ['b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ', 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ'],
        ];
    }

    /** @dataProvider secrets */
    public function test_a_secret_shows_neither_in_the_log_nor_in_the_report(string $line, string $secret): void
    {
        $workspace = $this->workspace();
        $workspace->satis = $workspace->script('satis', 'printf "%s\n" "In Git.php line 1:" "" ' . escapeshellarg("  $line") . ' >&2; exit 1');

        $result = $workspace->run();

        self::assertSame('SatisFailed', $result->report['reason']);
        self::assertStringContainsString('***', $result->report['message']);
        self::assertStringContainsString('***', $result->report['log']);
        self::assertStringNotContainsString($secret, $result->output . $result->reportText . json_encode($result->report, JSON_UNESCAPED_SLASHES));
    }

    public function test_a_password_that_is_no_utf8_is_found_as_it_is(): void
    {
        $workspace = $this->workspace();
        $workspace->satis = $workspace->script('satis', "printf 'proxy says: p\\351latin is wrong'; exit 1");

        $result = $workspace->run();

        self::assertSame('SatisFailed', $result->report['reason'], $result->output);
        self::assertStringContainsString('proxy says: *** is wrong', $result->output);
        self::assertStringContainsString('proxy says: *** is wrong', $result->report['log']);
    }

    public function test_a_secret_that_arrives_in_two_pieces_is_found(): void
    {
        $script = <<<'PHP'
            foreach (['Redactor', 'Log'] as $class) {
                require "$argv[1]/$class.php";
            }
            $redactor = new SatisOperator\Redactor();
            $redactor->learn(['password' => 'planted-secret']);
            $log = new SatisOperator\Log($redactor);
            foreach (['planted-', "secret\nnext ", 'line planted', '-secret'] as $piece) {
                $log->append($piece);
            }
            $log->flush();
            PHP;
        $process = Process::start([PHP_BINARY, '-r', $script, '--', Workspace::RUNNER]);

        self::assertSame(0, $process->wait(), $process->output());
        self::assertSame("***\nnext line ***\n", $process->output());
    }

    public function test_a_source_in_the_report_is_redacted_as_well(): void
    {
        $workspace = $this->workspace();
        $workspace->satis = $workspace->script('satis', 'echo "Failed to update https://u:planted@git.example.test/a.git, '
            . 'package information from this repository may be outdated"');

        $result = $workspace->run(['full' => true, 'sources' => [['url' => 'https://x.example.test']]]);

        self::assertStringContainsString('https://***@git.example.test/a.git', $result->report['message']);
        self::assertStringNotContainsString('planted', $result->output . $result->reportText);
    }

    public function test_what_is_no_secret_stays_readable(): void
    {
        $workspace = $this->workspace();
        $lines = [
            'Cloning ssh://git@git.example.test:22/acme/a.git and git@github.com:acme/a.git',
            'https://git.example.test:8443/acme/a.git?ref=main&page=2 http://localhost:8080/p2/acme/a@1.0.json',
            'x-oauth-basic oauth2 git basic authentication bearer certificate',
        ];
        $workspace->satis = $workspace->script('satis', 'printf "%s\n" ' . implode(' ', array_map('escapeshellarg', $lines)) . '; exit 1');

        $result = $workspace->run();

        foreach ($lines as $line) {
            self::assertStringContainsString($line, $result->output);
        }
    }

    public function test_credentials_appear_in_no_argument_list_and_do_not_stay_on_the_disk(): void
    {
        $workspace = $this->workspace();
        // Whatever the runner starts is started by name or is this Satis.
        $log = "tr '\\0' ' ' < /proc/\$PPID/cmdline >> {$workspace->root}/arguments; echo \"\$0 \$@\" >> {$workspace->root}/arguments\n";
        foreach (['sh', 'sync', 'git'] as $program) {
            $workspace->script($program, $log . 'exec ' . trim(shell_exec("command -v $program")) . ' "$@"');
        }
        $workspace->satis = $workspace->script('satis', $log . 'echo \'{"packages": []}\' > "$6/packages.json"');

        $result = $workspace->run();

        self::assertSame(0, $result->exitCode, $result->output);
        self::assertStringContainsString('sync', file_get_contents("{$workspace->root}/arguments"));
        self::assertStringNotContainsString('planted', file_get_contents("{$workspace->root}/arguments"));
        self::assertSame([], glob("{$workspace->root}/tmp/*"));
    }

    private function workspace(): Workspace
    {
        $workspace = new Workspace();
        $workspace->environment['COMPOSER_AUTH'] = json_encode([
            'bitbucket-oauth' => ['bitbucket.org' => ['consumer-secret' => 'planted-composer-auth']], 'bearer' => ['d.example.test' => 'planted-bearer'],
        ]);
        $workspace->environment['https_proxy'] = 'http://proxy:planted-proxy@proxy.example.test:3128';
        $workspace->environment['http_proxy'] = 'http://proxy:p%E9latin@proxy.example.test:3128';
        $repository = ['type' => 'composer', 'url' => 'https://x.example.test', 'options' => ['http' => ['header' => ['X-Key: planted-header']]]];
        $workspace->configure([], [
            'repositories' => [$repository],
            'config' => ['gitlab-token' => ['gitlab.example.test' => 'planted-in-satis-json'], 'github-domains' => ['git.example.test']],
        ]);
        $workspace->write('credentials/auth.json', [
            'http-basic' => [
                'a.example.test' => ['username' => 'planted-user-token', 'password' => 'planted-http-basic'],
                'b.example.test' => ['username' => 'git', 'password' => 'planted/with odd&characters'],
                'd.example.test' => ['username' => 'git', 'password' => 'quo"ted/wörd'],
                'c.example.test' => ['username' => 'x-oauth-basic', 'password' => 'oauth2'],
            ],
            'github-oauth' => ['github.com' => 'planted-github-oauth'],
            'bitbucket-oauth' => ['bitbucket.org' => ['consumer-key' => 'planted-key', 'consumer-secret' => 'planted-consumer-secret']],
        ]);
        $key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END OPENSSH PRIVATE KEY-----\n";
        file_put_contents("{$workspace->root}/credentials/id_key", $key);

        return $workspace;
    }
}
