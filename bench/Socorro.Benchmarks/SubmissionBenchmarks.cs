using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Socorro.Collecting;
using Socorro.Load;

namespace Socorro.Benchmarks;

/// <summary>
/// A body in memory to a submission that is ready to be stored: multipart, hash and compression of one dump, without the
/// network and the disk.
/// </summary>
[MemoryDiagnoser]
public class SubmissionBenchmarks
{
    readonly SubmissionLimits _limits = new();
    readonly MemoryBudget _memory = new(1 << 30);
    byte[] _body = [];

    [Params(150_000, 300_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Write()
    {
        var body = new MemoryStream();
        for (var i = 0; i < 40; i++)
            body.Write(Encoding.ASCII.GetBytes($"--bench\r\nContent-Disposition: form-data; name=\"annotation-{i}\"\r\n\r\nvalue {i}\r\n"));
        body.Write("--bench\r\nContent-Disposition: form-data; name=\"upload_file_minidump\"; filename=\"a.dmp\"\r\n"u8);
        body.Write("Content-Type: application/octet-stream\r\n\r\n"u8);
        body.Write(DumpPool.Create().Slice(new(1), Bytes).Span);
        body.Write("\r\n--bench--\r\n"u8);
        _body = body.ToArray();
    }

    [Benchmark]
    public async Task<int> ReadAsync()
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "multipart/form-data; boundary=bench";
        context.Request.Body = new MemoryStream(_body);
        using var submission = new Submission(_limits, _memory);
        if (await new SubmissionReader(submission, _limits).ReadAsync(context.Request, CancellationToken.None) is { } refusal)
            throw new InvalidOperationException($"The benchmark's body was refused: {refusal}");

        return submission.Dumps.Sum(dump => dump.Content.Finish().Compressed.Count) + submission.Annotations.Count;
    }
}
