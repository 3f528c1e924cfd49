<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** Serves a directory on a free port of the loopback interface. */
final class WebServer
{
    private Process $process;
    private string $address;

    public function __construct(string $directory)
    {
        $socket = stream_socket_server('tcp://127.0.0.1:0');
        $this->address = stream_socket_get_name($socket, false);
        fclose($socket);
        $this->process = Process::start([PHP_BINARY, '-S', $this->address, '-t', $directory]);
        $this->process->waitFor('started');
    }

    public function __destruct()
    {
        $this->process->signal(15);
        $this->process->wait();
    }

    public function url(string $path): string
    {
        return "http://{$this->address}/$path";
    }
}
