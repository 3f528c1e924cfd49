<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;
use SatisOperator\SourceError;

/** What git, ssh, curl and Composer say, word for word. */
final class SourceErrorTest extends TestCase
{
    /** @return array<string, array{string, string}> */
    public function errors(): array
    {
        $rights = "\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.";

        return [
            'git, no such host' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Could not resolve host: git.example.test"],
            'git, no such proxy' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Could not resolve proxy: proxy"],
            'git, refused' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Failed to connect to git.example.test port 443 after 1 ms: Couldn't connect to server"],
            'git, timed out' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Failed to connect to git.example.test port 443: Connection timed out"],
            'git, empty reply' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Empty reply from server"],
            'git, 502' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': The requested URL returned error: 502"],
            'git, 429' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': The requested URL returned error: 429"],
            'git, broken off' => ['SourceUnreachable', "error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output"],
            'git, stalled' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': Operation too slow. Less than 1 bytes/sec transferred the last 300 seconds"],
            'git, TLS stalled' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': SSL connection timeout"],
            'git, TLS broken off' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to git.example.test:443"],
            'git, gnutls' => ['SourceUnreachable', "fatal: unable to access 'https://git.example.test/a.git/': gnutls_handshake() failed: The TLS connection was non-properly terminated."],
            'ssh, no such host' => ['SourceUnreachable', "ssh: Could not resolve hostname git.example.test: Name or service not known$rights"],
            'ssh, DNS is away' => ['SourceUnreachable', "ssh: Could not resolve hostname git.example.test: Temporary failure in name resolution$rights"],
            'ssh, refused' => ['SourceUnreachable', "ssh: connect to host git.example.test port 22: Connection refused$rights"],
            'ssh, no route' => ['SourceUnreachable', "ssh: connect to host git.example.test port 22: No route to host$rights"],
            'ssh, timed out' => ['SourceUnreachable', "ssh: connect to host git.example.test port 22: Connection timed out$rights"],
            'ssh, stalled' => ['SourceUnreachable', "Timeout, server git.example.test not responding.$rights"],
            'ssh, closed' => ['SourceUnreachable', "kex_exchange_identification: Connection closed by remote host\nConnection closed by 192.0.2.1 port 22$rights"],
            'composer, timeout' => ['SourceUnreachable', "The process \"git clone --mirror -- 'https://git.example.test/a.git' '/cache/vcs/x/'\" exceeded the timeout of 300 seconds."],
            'composer, curl' => ['SourceUnreachable', 'curl error 6 while downloading https://repo.example.test/packages.json: Could not resolve host: repo.example.test'],
            'composer, curl 28' => ['SourceUnreachable', 'curl error 28 while downloading https://repo.example.test/packages.json: Operation timed out after 10001 milliseconds with 0 out of 0 bytes received'],
            'composer, 503' => ['SourceUnreachable', 'The "https://repo.example.test/packages.json" file could not be downloaded (HTTP/2 503 )'],
            'composer, no driver' => ['SourceUnreachable', 'No driver found to handle VCS repository https://git.example.test/a'],

            'git, wrong password' => ['SourceDenied', "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://git.example.test/a.git/'"],
            'git, no password' => ['SourceDenied', "fatal: could not read Username for 'https://git.example.test': terminal prompts disabled"],
            'git, 403' => ['SourceDenied', "fatal: unable to access 'https://git.example.test/a.git/': The requested URL returned error: 403"],
            'git, unknown authority' => ['SourceDenied', "fatal: unable to access 'https://git.example.test/a.git/': server certificate verification failed. CAfile: none CRLfile: none"],
            'git, unknown authority with OpenSSL' => ['SourceDenied', "fatal: unable to access 'https://git.example.test/a.git/': SSL certificate problem: unable to get local issuer certificate"],
            'GitHub, no such repository' => ['SourceDenied', "remote: Repository not found.\nfatal: repository 'https://github.com/acme/a.git/' not found"],
            'GitHub over ssh, no such repository' => ['SourceDenied', "ERROR: Repository not found.$rights"],
            'GitLab, no such project' => ['SourceDenied', "remote: The project you were looking for could not be found or you don't have permission to view it.\nfatal: repository 'https://gitlab.com/acme/a.git/' not found"],
            'Gitea over ssh, no such repository' => ['SourceDenied', "Gitea: Repository does not exist or you do not have access$rights"],
            'Azure, no such repository' => ['SourceDenied', 'remote: TF401019: The Git repository with name or identifier a does not exist or you do not have permissions for the operation you are attempting.'],
            'a directory that is no repository' => ['SourceDenied', "fatal: '/srv/git/a.git' does not appear to be a git repository$rights"],
            'ssh, wrong key' => ['SourceDenied', "git@git.example.test: Permission denied (publickey).$rights"],
            'ssh, unreadable key' => ['SourceDenied', "Load key \"/tmp/id_key\": invalid format\ngit@git.example.test: Permission denied (publickey).$rights"],
            'ssh, unknown host' => ['SourceDenied', "No ED25519 host key is known for git.example.test and you have requested strict checking.\nHost key verification failed.$rights"],
            'composer, both protocols' => ['SourceDenied', "Failed to clone https://github.com/acme/a.git via https, ssh protocols, aborting.\n\n- https://github.com/acme/a.git\n  fatal: could not read Username for 'https://github.com': terminal prompts disabled\n- git@github.com:acme/a.git\n  Host key verification failed."],
            'composer, 401' => ['SourceDenied', 'The "https://repo.example.test/packages.json" file could not be downloaded (HTTP/1.1 401 Unauthorized)'],
            'composer, 404' => ['SourceDenied', 'The "https://repo.example.test/packages.json" file could not be downloaded (HTTP/2 404 )'],
            'composer, wrong token' => ['SourceDenied', 'Invalid credentials (HTTP 401) for "https://gitlab.com/api/v4/projects/acme%2Fa", aborting.'],
            'composer, no token' => ['SourceDenied', "Could not authenticate against github.com"],

            'no composer.json' => ['SourceInvalid', 'No valid composer.json was found in any branch or tag of https://git.example.test/a.git, could not load a package from it.'],
            'broken composer.json' => ['SourceInvalid', "\"https://git.example.test/a.git\" does not contain valid JSON\nParse error on line 3:\n...  \"require\": {\n----------------^\nExpected one of: 'STRING', '}'"],
            'a URL without a port' => ['SourceInvalid', 'The source URL ssh://git@git.example.test:acme/a.git is invalid, ssh URLs should have a port number after ":".'],

            'PHP out of memory' => ['OutOfMemory', 'PHP Fatal error:  Allowed memory size of 1610612736 bytes exhausted (tried to allocate 4096 bytes) in phar:///composer on line 84'],
            'git out of memory' => ['OutOfMemory', 'fatal: Out of memory, malloc failed (tried to allocate 1048576 bytes)'],
            'git, disk full' => ['VolumeFull', "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output"],
            'PHP, disk full' => ['VolumeFull', 'file_put_contents(): Write of 8192 bytes failed with errno=28 No space left on device'],
            'PHP, quota' => ['VolumeFull', 'file_put_contents(): Write of 8192 bytes failed with errno=122 Disk quota exceeded'],
            'a full disk of the git host' => ['SourceUnreachable', "remote: fatal: write error: No space left on device\nfatal: early EOF"],
            'a satis.json that breaks the schema' => ['ConfigurationInvalid', 'The json config file does not match the expected JSON schema'],

            'something else' => ['SatisFailed', 'Call to undefined method Composer\\Satis\\Something::else()'],
            'nothing' => ['SatisFailed', ''],
        ];
    }

    /** @dataProvider errors */
    public function test_the_words_of_an_error_say_what_kind_it_is(string $reason, string $error): void
    {
        require_once Workspace::RUNNER . '/SourceError.php';

        self::assertSame($reason, SourceError::reason($error));
    }

    public function test_real_git_says_what_is_expected_of_it(): void
    {
        require_once Workspace::RUNNER . '/SourceError.php';
        $environment = ['GIT_TERMINAL_PROMPT' => '0', 'LC_ALL' => 'C', 'GIT_SSH_COMMAND' => 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes'];
        $expected = [
            'https://127.0.0.1:1/acme/a.git' => 'SourceUnreachable',
            'https://git.invalid/acme/a.git' => 'SourceUnreachable',
            'ssh://git@127.0.0.1:1/acme/a.git' => 'SourceUnreachable',
            'ssh://git@git.invalid/acme/a.git' => 'SourceUnreachable',
            'file:///nowhere/a.git' => 'SourceDenied',
        ];
        foreach ($expected as $url => $reason) {
            $git = Process::start(['git', 'ls-remote', '--', $url], $environment);
            self::assertSame(128, $git->wait());
            self::assertSame($reason, SourceError::reason($git->output()), $git->output());
        }
    }
}
