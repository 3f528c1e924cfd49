<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What Satis, Composer, git and ssh find around them: a private home with the credentials, and environment variables.
 *
 * The mounted files are copied because Composer wants to write beside auth.json, and ssh refuses a key that others can read.
 */
final class SatisEnvironment
{
    private const CA_BUNDLES = [
        '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/ssl/cert.pem',
    ];

    /** A host that answers and then stalls would hold up all sources until the deadline. */
    private const SSH_TIMEOUTS = '-o ConnectTimeout=60 -o ServerAliveInterval=30 -o ServerAliveCountMax=10';

    private string $credentials;
    private string $cache;
    private string $home;

    public function __construct(string $credentials, string $cache)
    {
        $this->credentials = $credentials;
        $this->cache = $cache;
        $this->home = rtrim(sys_get_temp_dir(), '/') . '/satis-' . bin2hex(random_bytes(8));
        if (!@mkdir($this->home, 0700)) {
            throw new Failure('OutputNotWritable', "{$this->home} cannot be made: the runner needs a writable temporary directory.");
        }
    }

    public function home(): string
    {
        return $this->home;
    }

    /** @return array<string, string> */
    public function variables(float $remainingSeconds): array
    {
        if (is_file("{$this->credentials}/auth.json")) {
            $this->copy("{$this->credentials}/auth.json", 'auth.json');
        }

        return array_merge(
            getenv(),
            [
                'COMPOSER_HOME' => $this->home,
                'COMPOSER_CACHE_DIR' => $this->cache,
                'COMPOSER_NO_INTERACTION' => '1',
                'COMPOSER_ALLOW_SUPERUSER' => '1',
                'COMPOSER_DISABLE_XDEBUG_WARN' => '1',
                // Composer's own 300 s are too short for a large clone; the deadline of the build ends it anyway.
                'COMPOSER_PROCESS_TIMEOUT' => (string) max(1, (int) ceil($remainingSeconds)),
                'GIT_TERMINAL_PROMPT' => '0',
                'HOME' => getenv('HOME') ?: $this->home,
                // Error messages are wrapped at the terminal's width; a secret broken in two would not be recognised.
                'COLUMNS' => '10000',
            ],
            $this->git(),
            $this->ssh(),
            $this->certificates()
        );
    }

    public function teach(Redactor $redactor, SatisConfig $config): void
    {
        $redactor->learn($config->credentials());
        $redactor->learn((array) json_decode((string) getenv('COMPOSER_AUTH'), true));
        foreach (getenv() as $value) {
            // The password of a proxy, most likely, which may be printed without the rest of its URL.
            if (preg_match('{^\w+://[^/\s:@]*:(.+)@}', $value, $match)) {
                $redactor->learn([$match[1], rawurldecode($match[1])]);
            }
        }
        if (is_file("{$this->credentials}/auth.json")) {
            $redactor->learn(Json::object("{$this->credentials}/auth.json", 'ConfigurationInvalid'));
        }
        if (is_file("{$this->credentials}/id_key")) {
            $redactor->learnKey($this->read("{$this->credentials}/id_key"));
        }
    }

    public function remove(): void
    {
        Tree::remove($this->home);
    }

    /**
     * git gc would go on in the background after Satis has ended; and the cache on a volume may belong to an earlier uid.
     *
     * @return array<string, string>
     */
    private function git(): array
    {
        $count = (int) getenv('GIT_CONFIG_COUNT');

        return [
            'GIT_CONFIG_COUNT' => (string) ($count + 2),
            "GIT_CONFIG_KEY_$count" => 'gc.autoDetach',
            "GIT_CONFIG_VALUE_$count" => 'false',
            'GIT_CONFIG_KEY_' . ($count + 1) => 'safe.directory',
            'GIT_CONFIG_VALUE_' . ($count + 1) => '*',
        ];
    }

    /** @return array<string, string> */
    private function ssh(): array
    {
        $options = [];
        if (is_file("{$this->credentials}/known_hosts")) {
            $options[] = '-o ' . escapeshellarg("UserKnownHostsFile={$this->credentials}/known_hosts");
        }
        if (is_file("{$this->credentials}/id_key")) {
            $options[] = '-o IdentitiesOnly=yes -i ' . escapeshellarg($this->copy("{$this->credentials}/id_key", 'id_key'));
        }
        $command = 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes ' . self::SSH_TIMEOUTS . ' ' . implode(' ', $options);

        // Without them, the image or a git configuration that is mounted may have arranged another ssh.
        return $options === [] ? [] : ['GIT_SSH_COMMAND' => $command];
    }

    /**
     * The variables replace the system's authorities, so the given ones are added to a copy of those.
     *
     * @return array<string, string>
     */
    private function certificates(): array
    {
        if (!is_file("{$this->credentials}/ca.crt")) {
            return [];
        }
        $bundle = $this->copy("{$this->credentials}/ca.crt", 'ca-bundle.crt');
        foreach (array_merge([(string) getenv('SSL_CERT_FILE')], self::CA_BUNDLES) as $system) {
            if (is_file($system)) {
                file_put_contents($bundle, file_get_contents($system), FILE_APPEND);
                break;
            }
        }

        return ['SSL_CERT_FILE' => $bundle, 'GIT_SSL_CAINFO' => $bundle];
    }

    private function copy(string $from, string $name): string
    {
        $to = "{$this->home}/$name";
        // ssh does not read a key whose last line has no end, which is easily lost when a Secret is made.
        file_put_contents($to, rtrim($this->read($from), "\n") . "\n");
        chmod($to, 0600);

        return $to;
    }

    private function read(string $path): string
    {
        $text = @file_get_contents($path);
        if ($text === false) {
            throw new Failure('ConfigurationInvalid', "$path cannot be read.");
        }

        return $text;
    }
}
