using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Socorro.Collecting;

namespace Socorro.Tests.Collecting;

/// <summary>
/// Damaged submissions, made from good ones by a seeded random. SOCORRO_FUZZ_SECONDS makes the run longer.
/// </summary>
public sealed class SubmissionFuzzTests
{
    static readonly WireRequest[] Seeds =
    [
        WireRequest.Good.Plus(Part.Dump("upload_file_minidump", "MDMP\0\r\n--bn"), Part.Dump("a-b", "", "text/plain", "C:\\x")),
        WireRequest.Of(Part.Json("""{"a":"\ud83d\ude00 \" \\","b":[NaN,{"c":null}],"d":-1.5e3}"""), Part.Text("k", "v")),
        WireRequest.Of(Part.Raw("Content-Disposition: form-data; name*=UTF-8''%41; name=\"a\\\"b\"; filename*=x'y'%zz", [1, 2])),
        WireRequest.Of(Part.Text("t", "text/html; charset=\"utf-16\"", [0x41, 0, 0x42]), Part.Raw("X", []), Part.Text("", "")),
    ];

    static readonly string[] Snippets =
    [
        "\r\n", "--bnd", "--bnd--", "\r\n--bnd\r\n", "Content-Type: ", "application/json", ";", "\"", "\\", "=", "'", "%", "\0", "ÿ",
        "charset=", "filename*=", "name=\"\"", "Content-Transfer-Encoding: 7bit", "NaN", "\\ud800", "{", "}", "[", "multipart/mixed",
    ];

    [Fact]
    public async Task No_damage_makes_the_reader_throw_what_it_should_not()
    {
        var seconds = double.Parse(Environment.GetEnvironmentVariable("SOCORRO_FUZZ_SECONDS") ?? "1");
        var clock = Stopwatch.StartNew();
        var seed = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; seed++)
            await ReadAsync(seed);

        TestContext.Current.SendDiagnosticMessage($"{seed} damaged submissions");
        Assert.True(seed > 100, "the reader is far too slow");
    }

    static async Task ReadAsync(int seed)
    {
        var random = new Random(seed);
        var request = Seeds[random.Next(Seeds.Length)];
        var body = Encoding.Latin1.GetString(request.Body);
        var contentType = request.ContentType!;
        for (var damage = random.Next(1, 5); damage > 0; damage--)
        {
            if (random.Next(8) == 0)
                contentType = Damage(contentType, random);
            else
                body = Damage(body, random);
        }

        var memory = new MemoryBudget(1 << 20);
        var limits = new SubmissionLimits { MaxBodyBytes = 4096, MaxTextBytes = 512, MaxParts = 8, MaxDumps = 2 };
        using (var submission = new Submission(limits, memory))
        {
            var context = new DefaultHttpContext();
            context.Request.ContentType = contentType;
            context.Request.Headers.ContentEncoding = random.Next(10) switch { 0 => "gzip", 1 => "br", 2 => "deflate", 3 => "zstd", _ => "" };
            context.Request.Body = new MemoryStream(Encoding.Latin1.GetBytes(body));
            try
            {
                await new SubmissionReader(submission, limits).ReadAsync(context.Request, TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // The collector answers these: a body that ends early or is too large.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed} broke the reader", e);
            }

            Assert.True(submission.Dumps.Count <= limits.MaxDumps, $"seed {seed}: too many dumps");
            Assert.All(submission.Dumps, dump => Assert.Matches(@"\A[A-Za-z0-9_]{1,30}\z", dump.Name));
            Assert.All(submission.Annotations, pair => Assert.True(IsUnicode(pair.Key) && IsUnicode(pair.Value), $"seed {seed}"));
        }

        Assert.Equal(0, memory.Taken);
    }

    static string Damage(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var length = random.Next(Math.Min(text.Length - at, 40) + 1);
        return random.Next(6) switch
        {
            0 => text[..at],
            1 => text.Remove(at, length),
            2 => text.Insert(at, text.Substring(at, length)),
            3 => text.Insert(at, Snippets[random.Next(Snippets.Length)]),
            4 => text.Insert(at, new string((char)random.Next(256), random.Next(600))),
            _ => $"{text[..at]}{(char)random.Next(256)}{text[Math.Min(text.Length, at + 1)..]}",
        };
    }

    static bool IsUnicode(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar) || text.Contains('\ufffd');
}
