<?php

declare(strict_types=1);

namespace SatisOperator;

/** Takes credentials out of text: those that it was shown, and what looks like one. */
final class Redactor
{
    private const MASK = '***';

    /** Values that stand in auth.json beside a secret and are words of their own in a log. */
    private const PUBLIC_WORDS = ['x-oauth-basic', 'x-token-auth', 'oauth2', 'gitlab-ci-token', 'private-token', 'token'];

    /** The name of a URL's parameter that says that its value is secret; CredentialScanner.swift knows the same. */
    private const SECRET_PARAMETER = '[?&#;](?:[\w-]*(?:token|secret|signature|password|passwd|key)|auth|sig|pass)=';

    /** What comes between gl and - in tokens of GitLab; CredentialScanner.swift knows the same. */
    private const GITLAB_TOKENS = 'pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct';

    private const PATTERNS = [
        // user:password@, even with an @ or a / in the password but not for host:port/path@.
        '{(://)[^\s/@:]*:(?:[^\s/]*@|(?!\d+/)[^\s@]*@)}' => '$1***@',
        // A lone token@ of a web URL; the user name of ssh://git@ is no secret.
        '{(https?://)[^\s/@:]+@}i' => '$1***@',
        '{\b(?:gh[pousr]_|github_pat_|gl(?:' . self::GITLAB_TOKENS . ')-|ATBB|ATCTT|ATATT|xox[a-z]-)[\w.=-]{10,}}' => self::MASK,
        '{\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*}' => self::MASK,
        '{\b((?:Proxy-)?Authorization:\s*|(?:PRIVATE|JOB|DEPLOY)-TOKEN:\s*)[^\r\n\'"]+}i' => '$1***',
        '{\b(Bearer)\s+[\w.~+/=-]{12,}}i' => '$1 ***',
        '{\b(Basic)\s+[a-z0-9+/]{16,}={0,2}}i' => '$1 ***',
        '{(' . self::SECRET_PARAMETER . ')[^&\s\'"<>]+}i' => '$1***',
        // The path of an incoming webhook is all that it takes to post there.
        '{(hooks\.slack\.com/\w+/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/\w*/?)[^\s\'"<>]+}i' => '$1***',
        '{-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)}s' => self::MASK,
    ];

    /** @var array<string, string> */
    private array $known = [];

    /**
     * Learns every string inside, as it stands in auth.json and in Composer's configuration.
     *
     * @param array<array-key, mixed> $values
     */
    public function learn(array $values): void
    {
        $user = $values['username'] ?? null;
        $password = $values['password'] ?? null;
        if (is_string($user) && is_string($password)) {
            $this->add(base64_encode("$user:$password"));
        }
        foreach ($values as $key => $value) {
            if (is_array($value)) {
                $this->learn($value);
            } elseif (is_string($value) && strlen($value) >= ($key === 'username' ? 8 : 4)) {
                $this->add($value);
            }
        }
    }

    /** Learns a private key line by line, since logs are read by line as well. */
    public function learnKey(string $pem): void
    {
        foreach (preg_split('/\R/', $pem) as $line) {
            if (strlen($line) >= 16 && strpos($line, '-----') !== 0) {
                $this->add($line);
            }
        }
    }

    public function redact(string $text): string
    {
        $text = strtr($text, $this->known);
        foreach (self::PATTERNS as $pattern => $replacement) {
            // A pattern that gives up on a monstrous line must not let it through unread.
            $text = preg_replace($pattern, $replacement, $text) ?? self::MASK . "\n";
        }

        return $text;
    }

    /** Whether a URL has a secret in its query. */
    public static function hasSecretParameter(string $url): bool
    {
        return preg_match('{' . self::SECRET_PARAMETER . '[^&\s\'"<>]}i', $url) === 1;
    }

    private function add(string $secret): void
    {
        if (in_array(strtolower($secret), self::PUBLIC_WORDS, true)) {
            return;
        }
        $forms = [$secret, rawurlencode($secret), urlencode($secret)];
        foreach ([0, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE] as $options) {
            // A password need not be UTF-8; whoever prints it as JSON has to put something else for what is not.
            $forms[] = substr(json_encode($secret, $options | JSON_INVALID_UTF8_SUBSTITUTE), 1, -1);
        }
        foreach ($forms as $form) {
            $this->known[$form] = self::MASK;
        }
    }
}
