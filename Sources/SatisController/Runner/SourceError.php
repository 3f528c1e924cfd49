<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What kind of failure the words of git, ssh, curl and Composer mean. The kind decides whether the controller tries again,
 * so what may be over in a minute is looked for first: a broken connection also ends with words about access rights.
 */
final class SourceError
{
    /** What happens on this side, and not on the git host, whose own words start with "remote:". */
    private const LOCAL = [
        'VolumeFull' => '{No space left on device|Disk quota exceeded|disk is full|errno=28\b}i',
        'OutOfMemory' => '{Allowed memory size of \d+ bytes exhausted|Out of memory \(allocated|PHP Fatal error: +Out of memory'
            . '|fatal: Out of memory|unable to allocate memory|Cannot allocate memory|signal "?9"?}i',
        'ConfigurationInvalid' => '{json config file does not match the expected JSON schema|satis\.json" does not contain valid JSON}i',
    ];

    private const REMOTE = [
        'SourceUnreachable' => '{could not resolve (?:host|proxy)|name resolution|name or service not known'
            . '|connection refused|connection timed out|connection timeout|operation timed out|timed out after|connection reset|connection closed|connection was closed'
            . '|network is unreachable|no route to host|host is down|failed to connect to|couldn.t connect to server'
            . '|empty reply from server|kex_exchange_identification|ssh_exchange_identification|banner exchange|broken pipe'
            . '|remote end hung up unexpectedly|early EOF|unexpected disconnect|RPC failed|transfer closed|operation too slow'
            . '|timeout, server \S+ not responding'
            . '|exceeded the timeout of|SSL_ERROR_SYSCALL|gnutls_handshake|TLS packet with unexpected length|unexpected eof while reading'
            . '|curl error (?:5|6|7|16|18|28|35|52|55|56|92) |HTTP/[\d.]+ (?:408|429|5\d\d)\b|\(HTTP (?:408|429|5\d\d)\)'
            . '|returned error: (?:408|429|5\d\d)\b|API rate limit|API limit|may be outdated|may be out of date'
            // Composer says no more than this of a URL that does not show its kind, and the host may just be away.
            . '|No driver found to handle VCS repository}i',
        'SourceDenied' => '{authentication fail|could not read (?:username|password)|terminal prompts disabled|permission denied'
            . '|access denied|not authorized|unauthorized|forbidden|HTTP/[\d.]+ 40[134]\b|\(HTTP 40[134]\)|returned error: 40[134]\b'
            . '|repository (?:\S+ )?(?:not found|does not exist)|remote: not found|could not be found or you|or you do(?: not|n.t) have'
            . '|host key verification failed|remote host identification has changed|no matching host key|could not authenticate against'
            . '|invalid credentials|your configured \S+ OAuth|load key .*(?:invalid format|error in libcrypto)'
            . '|certificate verification failed|certificate problem|does not appear to be a git repository|correct access rights}i',
        'SourceInvalid' => '{no valid composer\.json was found|does not contain valid JSON|parse error on line|invalid package|package name'
            . '|the source URL .* is invalid|repository URL .* is invalid|Undefined (?:index|array key):? "?name|invalid version string'
            . '|as the path does not exist}i',
    ];

    private const ADVICE = [
        'VolumeFull' => 'the volume of the output, the volume of the cache or the temporary directory is full: make it larger, or purge',
        'OutOfMemory' => 'raise spec.podTemplate.resources.limits.memory of the SatisRepository, and SATIS_MEMORY_LIMIT of the image where PHP itself was the one to stop it',
        'SourceUnreachable' => 'the git host did not answer as it should',
        'SourceDenied' => 'check that the repository exists and that the credentials, known hosts and authorities of the repository let Satis in',
        'SourceInvalid' => 'it has no package that Satis can build',
    ];

    /** The reason that the text stands for, SatisFailed when it says nothing that is known. */
    public static function reason(string $text): string
    {
        $local = preg_replace('{^\s*remote:.*$}m', '', $text);
        foreach (self::LOCAL as $reason => $pattern) {
            if (preg_match($pattern, $local)) {
                return $reason;
            }
        }
        foreach (self::REMOTE as $reason => $pattern) {
            if (preg_match($pattern, $text)) {
                return $reason;
            }
        }

        return 'SatisFailed';
    }

    /** What a person can do about it, as the end of a sentence. */
    public static function advice(string $reason): string
    {
        return isset(self::ADVICE[$reason]) ? ' (' . self::ADVICE[$reason] . ')' : '';
    }

    /** Whether no other source would fare better. */
    public static function concernsAll(string $reason): bool
    {
        return $reason === 'VolumeFull' || $reason === 'ConfigurationInvalid';
    }
}
