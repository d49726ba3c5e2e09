using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Socorro.Load;

/// <summary>
/// One client's connection, kept open. It speaks just enough HTTP for a collector's answers, and costs little, because the
/// load generator shares its machine with what it measures.
/// </summary>
sealed class LoadConnection(Uri address, string token) : IAsyncDisposable
{
    static readonly byte[] Before = Encoding.ASCII.GetBytes(
        "--load\r\nContent-Disposition: form-data; name=\"ProductName\"\r\n\r\nLoad\r\n"
        + "--load\r\nContent-Disposition: form-data; name=\"Version\"\r\n\r\n1.0\r\n"
        + "--load\r\nContent-Disposition: form-data; name=\"upload_file_minidump\"; filename=\"load.dmp\"\r\n"
        + "Content-Type: application/octet-stream\r\n\r\n");

    static readonly byte[] After = "\r\n--load--\r\n"u8.ToArray();

    readonly string _authorization = token.Length > 0 ? $"Authorization: Bearer {token}\r\n" : "";
    readonly byte[] _reply = new byte[4096];
    Socket? _socket;

    /// <summary>The answer's status and body in short, such as "200 CrashID"; or what went wrong on the way.</summary>
    public async Task<string> SendAsync(ReadOnlyMemory<byte> dump, CancellationToken cancel)
    {
        try
        {
            _socket ??= await ConnectAsync(cancel);
            var length = Before.Length + dump.Length + After.Length;
            var head = Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"POST {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: socorro-bench/1\r\n"
                + $"{_authorization}Content-Type: multipart/form-data; boundary=load\r\nContent-Length: {length}\r\n\r\n"));
            byte[] start = [.. head, .. Before];
            await SendAllAsync(start, cancel);
            await SendAllAsync(dump, cancel);
            await SendAllAsync(After, cancel);
            return await ReadReplyAsync(cancel);
        }
        catch (SocketException e)
        {
            _socket?.Dispose();
            _socket = null;
            return e.SocketErrorCode.ToString();
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancel);
        return socket;
    }

    async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket!.SendAsync(bytes, cancel)..];
    }

    async Task<string> ReadReplyAsync(CancellationToken cancel)
    {
        var read = 0;
        while (true)
        {
            var received = await _socket!.ReceiveAsync(_reply.AsMemory(read), cancel);
            read += received;
            var text = Encoding.ASCII.GetString(_reply, 0, read);
            if (received == 0 || read == _reply.Length)
                throw new SocketException((int)SocketError.ConnectionReset);

            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0 || read < end + 4 + FindLength(text[..end]))
                continue;

            var body = text[(end + 4)..];
            return $"{text.AsSpan(9, 3)} {(body.Contains('=') ? body[..body.IndexOf('=')] : body)}".TrimEnd();
        }
    }

    static int FindLength(string head)
    {
        const string Name = "\r\nContent-Length: ";
        var start = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        var end = head.IndexOf('\r', start);
        return int.Parse(head.AsSpan(start, (end < 0 ? head.Length : end) - start), CultureInfo.InvariantCulture);
    }
}
