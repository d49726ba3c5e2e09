using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Socorro.Tests.Collecting;

/// <summary>A submission byte for byte: every part of it can be made wrong. The boundary of its parts is "bnd".</summary>
sealed record WireRequest
{
    public string Method { get; init; } = "POST";

    public string Target { get; init; } = "/submit";

    public string? ContentType { get; init; } = "multipart/form-data; boundary=bnd";

    /// <summary>The Content-Length header; null for the true one, empty to leave it out.</summary>
    public string? ContentLength { get; init; }

    public bool IsChunked { get; init; }

    public IReadOnlyList<string> Headers { get; init; } = ["User-Agent: wire/1"];

    public IReadOnlyList<byte[]> Parts { get; init; } = [];

    /// <summary>What follows the last part.</summary>
    public string End { get; init; } = "--bnd--\r\n";

    /// <summary>Turns the multipart text into what is sent.</summary>
    public Func<byte[], byte[]> Encode { get; init; } = body => body;

    /// <summary>A good submission of two annotations.</summary>
    public static WireRequest Good { get; } = Of(Part.Text("ProductName", "Firefox"), Part.Text("Version", "1.0"));

    public static WireRequest Of(params byte[][] parts) => new() { Parts = parts };

    public WireRequest Plus(params byte[][] parts) => this with { Parts = [.. Parts, .. parts] };

    public WireRequest PlusHeader(string header) => this with { Headers = [.. Headers, header] };

    public byte[] Body
    {
        get
        {
            using var body = new MemoryStream();
            foreach (var part in Parts)
                body.Write(part);
            body.Write(Encoding.Latin1.GetBytes(End));
            return Encode(body.ToArray());
        }
    }

    public byte[] ToBytes()
    {
        var body = Body;
        var head = new StringBuilder($"{Method} {Target} HTTP/1.1\r\nHost: localhost\r\n");
        if (ContentType is not null)
            head.Append($"Content-Type: {ContentType}\r\n");
        foreach (var header in Headers)
            head.Append($"{header}\r\n");

        if (IsChunked)
        {
            body = Chunk(body);
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (ContentLength is not "")
        {
            head.Append($"Content-Length: {ContentLength ?? $"{body.Length}"}\r\n");
        }

        return [.. Encoding.Latin1.GetBytes($"{head}\r\n"), .. body];
    }

    static byte[] Chunk(byte[] body)
    {
        using var chunks = new MemoryStream();
        foreach (var chunk in body.Chunk(65_000))
        {
            chunks.Write(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"));
            chunks.Write(chunk);
            chunks.Write("\r\n"u8);
        }

        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }
}

/// <summary>Parts of a multipart body.</summary>
static class Part
{
    public static byte[] Text(string name, string value) => Raw(Named(name), Encoding.UTF8.GetBytes(value));

    public static byte[] Text(string name, string type, byte[] value) =>
        Raw($"{Named(name)}\r\nContent-Type: {type}", value);

    public static byte[] Json(string json, string name = "extra") =>
        Raw($"{Named(name)}; filename=\"extra.json\"\r\nContent-Type: application/json", Encoding.UTF8.GetBytes(json));

    public static byte[] Dump(string name, string content, string type = "application/octet-stream", string fileName = "a.dmp") =>
        Raw($"{Named(name)}; filename=\"{fileName}\"\r\nContent-Type: {type}", Encoding.Latin1.GetBytes(content));

    public static byte[] Raw(string headers, byte[] content) =>
        [.. Encoding.Latin1.GetBytes($"--bnd\r\n{headers}\r\n\r\n"), .. content, .. "\r\n"u8];

    static string Named(string name) =>
        $"Content-Disposition: form-data; name=\"{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name))}\"";
}

/// <summary>What came back over the socket.</summary>
sealed record WireReply(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static async Task<WireReply> ExchangeAsync(int port, byte[] request, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancel);
        var stream = client.GetStream();
        var sending = stream.WriteAsync(request, cancel).AsTask();
        var reply = await ReadAsync(stream, cancel);
        // A server that refuses early need not read the rest; whether it could be sent is its own affair.
        await sending.ContinueWith(_ => { }, cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        return reply;
    }

    public static async Task<WireReply> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head is not [.., 13, 10, 13, 10])
        {
            await stream.ReadExactlyAsync(one, cancel);
            head.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length) : 0];
        await stream.ReadExactlyAsync(body, cancel);
        return new(int.Parse(lines[0].Split(' ')[1]), headers, Encoding.UTF8.GetString(body));
    }
}
