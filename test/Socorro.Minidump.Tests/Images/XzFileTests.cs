using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Images.Xz;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Images;

public sealed class XzFileTests
{
    const int MaxBytes = 1 << 20;

    [Theory]
    [InlineData("-0")]
    [InlineData("-6")]
    [InlineData("-9e", "--check=crc32")]
    [InlineData("--check=none", "--block-size=65536")]
    [InlineData("--check=sha256", "--lzma2=lc=1,lp=2,pb=0")]
    public void Unpacks_what_xz_packs(params string[] options) => Assert.All(Samples(), sample =>
    {
        Assert.True(XzFile.TryUnpack(Pack(sample, options), MaxBytes, out var unpacked));
        Assert.Equal(sample, unpacked);
    });

    [Fact]
    public void Makes_no_more_than_the_limit() => Assert.False(XzFile.TryUnpack(Pack(new byte[MaxBytes + 1], "-6"), MaxBytes, out _));

    [Fact]
    public void Survives_any_damage()
    {
        var packed = Pack(Samples().First(), "-6");
        Fuzz.Repeat(random =>
        {
            var damaged = packed[..random.Next(13, packed.Length)];
            for (var i = random.Next(1, 6); i > 0; i--)
                damaged[random.Next(12, random.Next(3) == 0 ? 13 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            XzFile.TryUnpack(damaged, MaxBytes, out _);
        });
    }

    [Fact]
    public void Holds_the_names_of_stripped_files()
    {
        var image = ElfImage.Open(File.ReadAllBytes(Shipped("minidebug.so")))!;

        Assert.True(image.TryFindPublic(0x2c8, out var symbol));
        Assert.Equal("hidden_function", Encoding.UTF8.GetString(symbol.Name.Span));
    }

    // Text, what cannot be packed, one byte again and again, and all of them.
    static IEnumerable<byte[]> Samples()
    {
        var random = new Random(7);
        var words = string.Join(' ', Enumerable.Range(0, 30_000).Select(_ => $"word{random.Next(500)}"));
        var noise = new byte[100_000];
        random.NextBytes(noise);
        var text = Encoding.ASCII.GetBytes(words);
        return [text, noise, new byte[70_000], [.. text, .. noise, .. text], []];
    }

    static byte[] Pack(byte[] bytes, params string[] options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/xz"), "xz is not installed");
        using var xz = Process.Start(new ProcessStartInfo("/usr/bin/xz", ["-c", .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var packed = new MemoryStream();
        var reading = xz.StandardOutput.BaseStream.CopyToAsync(packed, TestContext.Current.CancellationToken);
        xz.StandardInput.BaseStream.Write(bytes);
        xz.StandardInput.Close();
        reading.Wait(TestContext.Current.CancellationToken);
        return packed.ToArray();
    }

    static string Shipped(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Data", name);
}
