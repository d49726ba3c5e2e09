using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Images;

/// <summary>
/// Seeded damage to executables and libraries of every kind. Nothing may throw, and nothing may take long. Set
/// SOCORRO_FUZZ_SECONDS to run for longer.
/// </summary>
public sealed class ImageFuzzTests
{
    static readonly byte[][] Samples =
    [
        Elf(62), Elf(183), Elf(243),
        TestImage.Elf(40, [], new Layout(false).U32(0x7ffff000).U32(0x80a8b0b0).U32(0x7ffff040).U32(0x7ffffff0).ToArray(), is64: false),
        TestImage.Pe(0x8664, UnwindTableTests.Function(),
            [1 | 4 << 3, 5, 2, 0x25, 5, 0x32, 1, 0x30, .. UnwindTableTests.Function(TestImage.UnwindAt + 20), 1, 0, 1, 0, 1, 0x50]),
        TestImage.Pe(0xaa64, new Layout(false).U32(TestImage.CodeAt).U32(TestImage.UnwindAt).ToArray(), [0x10, 0, 0x40, 0x18, 0xe1, 0x81, 0xe4, 0, 0xd0, 2, 0xe6, 0xe4, 0xe4, 0xe4, 0xe4, 0xe4]),
        TestImage.MachO(0x01000007, TestImage.Compact(0x02030423)),
        TestImage.MachO(0x0100000c, TestImage.Compact(0x0400001f)),
    ];

    static readonly MemoryMap Memory =
        MemoryMap.Build([new(0x1000, Enumerable.Range(0, 4096).Select(i => (byte)(i * 7)).ToArray())], bigEndian: false);

    [Fact]
    public void Every_image_is_whole_before_it_is_damaged() => Assert.All(Samples, sample =>
    {
        Assert.Equal(1, Read(sample, isInMemory: false));
        Assert.Equal(1, Read(sample, isInMemory: true));
    });

    [Fact]
    public void Every_image_that_is_cut_short_is_read_as_far_as_it_goes() => Assert.All(Samples, sample =>
    {
        for (var length = 0; length < sample.Length; length += length < 0x700 ? 13 : 97)
        {
            Read(sample.AsMemory(0, length), isInMemory: false);
            Read(sample.AsMemory(0, length), isInMemory: true);
        }
    });

    [Fact]
    public void Reads_any_image() => Fuzz.Repeat(random =>
    {
        var bytes = (byte[])Samples[random.Next(Samples.Length)].Clone();
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            // Where anything is that is not zero, most of the time.
            var at = random.Next(bytes.Length);
            for (var tries = 0; bytes[at] == 0 && tries < 30; tries++)
                at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(bytes[at] ^ 1 << random.Next(8));
            if (random.Next(4) == 0)
                bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill(0xff);
        }

        Read(bytes, random.Next(2) == 0);
    });

    static byte[] Elf(ushort machine)
    {
        var (frames, header) = TestImage.EhFrame(
            16, [0x0c, 7, 8, 0x90, 1], [0x41, 0x0e, 16, 0x83, 2, 0x0a, 0x44, 0x0e, 48, 0x0b, 0x16, 6, 3, 0x77, 8, 0x06, 0x0f, 4, 0x12, 0x14, 0x16, 0x22]);
        return TestImage.Elf(machine, frames, header);
    }

    /// <summary>Asks for everything everywhere; tells how many of the image's own functions are known.</summary>
    static int Read(ReadOnlyMemory<byte> bytes, bool isInMemory)
    {
        var known = 0;
        foreach (var image in isInMemory ? OpenInMemory(bytes) : OpenFile(bytes))
        {
            var found = false;
            foreach (var rva in (uint[])[0, 0x800, TestImage.CodeAt, TestImage.CodeAt + 1, TestImage.CodeAt + 0x3f, TestImage.UnwindAt, 0x7fffffff, uint.MaxValue])
            {
                image.TryFindPublic(rva, out _);
                foreach (var isInterrupted in (bool[])[true, false])
                {
                    if (!image.TryFindRules(rva, isInterrupted, out var rules))
                        continue;

                    found |= rva == TestImage.CodeAt + 1;
                    rules.ToString();
                    rules.Unwind(image.Cpu, SomeRegisters(), Memory, out _, out _);
                }
            }

            known += found ? 1 : 0;
        }

        return known;
    }

    static ModuleImage[] OpenFile(ReadOnlyMemory<byte> bytes) =>
    [
        .. new[]
        {
            ElfImage.Open(bytes, bytes), PeImage.Open(bytes), MachImage.Open(bytes, CpuKind.Amd64), MachImage.Open(bytes, CpuKind.Arm64),
        }.OfType<ModuleImage>(),
    ];

    static ModuleImage[] OpenInMemory(ReadOnlyMemory<byte> bytes)
    {
        var view = ImageView.Of(MemoryMap.Build([new(0x400000, bytes)], false), 0x400000, 0x500000);
        return [.. new[] { ElfImage.FromMemory(view), PeImage.FromMemory(view), MachImage.FromMemory(view) }.OfType<ModuleImage>()];
    }

    static Registers SomeRegisters()
    {
        var registers = new Registers();
        for (var i = 0; i < 33; i++)
            registers.Set(i, 0x1000 + (ulong)i * 64);
        return registers;
    }
}
