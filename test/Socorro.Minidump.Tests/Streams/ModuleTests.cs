using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Streams;

public sealed class ModuleTests
{
    const uint Windows = 3;
    const uint MacOs = 0x8101;
    const uint Linux = 0x8201;

    static readonly byte[] BuildId = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_a_module_in_either_byte_order(bool bigEndian)
    {
        var dump = Dump(Windows, bigEndian,
            new Entry(0x400000, 0x2d000, @"c:\app\test_app.exe", Rsds(bigEndian, 1, @"c:\b\test_app.pdb")));
        var module = Assert.Single(dump.Modules);

        Assert.Equal((0x400000UL, 0x42d000UL), (module.Base, module.End));
        Assert.Equal("test_app.exe", module.LeafName);
        Assert.Equal(@"c:\b\test_app.pdb", module.DebugFile);
        Assert.Equal("00112233445566778899AABBCCDDEEFF1", module.DebugId);
        Assert.Equal("45d35f6c2d000", module.CodeId);
        Assert.Equal("1.2.3.4", module.VersionText);
        Assert.Same(module, dump.Modules.Main);
        Assert.Empty(dump.Problems);
    }

    [Fact]
    public void Writes_the_age_in_lower_case_behind_an_id_in_upper_case()
    {
        var dump = Dump(Windows, false, new Entry(0, 1, "a", Rsds(false, 10, "a.pdb")));

        Assert.EndsWith("DDEEFFa", dump.Modules[0].DebugId, StringComparison.Ordinal);
    }

    [Fact]
    public void Identifies_an_ELF_module_by_its_build_id()
    {
        var module = Dump(Linux, false, new Entry(0, 1, "/lib/libc.so.6", Elf(BuildId)))[0];

        Assert.Equal("0403020106050807090A0B0C0D0E0F100", module.DebugId);
        Assert.Equal("0102030405060708090a0b0c0d0e0f1011121314", module.CodeId);
        Assert.Equal("/lib/libc.so.6", module.DebugFile);
        Assert.Equal("65538.196612.0.0", module.VersionText);
    }

    [Fact]
    public void Pads_a_short_build_id_with_zeros()
    {
        var module = Dump(Linux, false, new Entry(0, 1, "a", Elf(BuildId[..8])))[0];

        Assert.Equal("040302010605080700000000000000000", module.DebugId);
        Assert.Equal("0102030405060708", module.CodeId);
    }

    [Fact]
    public void Takes_the_build_id_from_the_GUID_that_old_writers_on_Linux_made_of_it()
    {
        var module = Dump(Linux, false, new Entry(0, 1, "a", Rsds(false, 0, "a.so")))[0];

        Assert.Equal("33221100554477668899aabbccddeeff", module.CodeId);
        Assert.Equal("00112233445566778899AABBCCDDEEFF0", module.DebugId);
    }

    [Fact]
    public void Identifies_a_Mac_module_by_its_UUID()
    {
        var module = Dump(MacOs, false, new Entry(0, 1, "/usr/lib/dyld", Rsds(false, 0, "dyld")))[0];

        Assert.Equal("00112233445566778899aabbccddeeff", module.CodeId);
        Assert.Equal("1.2.3.4", module.VersionText);
    }

    [Fact]
    public void Identifies_an_old_program_database_by_its_signature()
    {
        var record = new Layout(false).U32(0x3031424e).U32(0).U32(0xabcd1234).U32(10).Raw("old.pdb\0"u8.ToArray())
            .ToArray();
        var module = Dump(Windows, false, new Entry(0, 1, "a", record))[0];

        Assert.Equal("ABCD1234a", module.DebugId);
        Assert.Equal("old.pdb", module.DebugFile);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x4c, 0x45, 0x70, 0x42, 0, 0, 0, 0 })] // an ELF build id of zeros
    [InlineData(new byte[] { 0x52, 0x53, 0x44, 0x53, 1, 2, 3 })] // RSDS, cut short
    [InlineData(new byte[] { 1, 2, 3, 4, 5 })]
    public void Gives_no_id_where_there_is_none(byte[] record)
    {
        var module = Dump(Linux, false, new Entry(0, 1, "a", record))[0];

        Assert.Null(module.DebugId);
        Assert.Null(module.CodeId);
    }

    [Fact]
    public void Cuts_a_record_that_is_longer_than_any_real_one()
    {
        var path = new byte[70_000];
        Array.Fill(path, (byte)'a');
        var record = new Layout(false).U32(0x53445352).Zeros(16).U32(1).Raw(path).ToArray();
        var dump = Dump(Windows, false, new Entry(0, 1, "a", record));

        Assert.Equal(65_536 - 24, dump[0].DebugFile.Length);
        Assert.Single(dump.Problems);
    }

    [Fact]
    public void Keeps_a_module_of_no_extent_in_the_list_but_finds_no_address_in_it()
    {
        var dump = Dump(Linux, false, new(0x1000, 0, "empty", []), new(ulong.MaxValue - 1, 0x1000, "wraps", []),
            new(0x2000, 1, "", []));

        Assert.Equal(["empty", "wraps", ""], dump.Modules.Select(module => module.Name));
        Assert.Null(dump.Modules.Find(0x1000));
        Assert.Null(dump.Modules.Find(ulong.MaxValue));
        Assert.Equal(2, dump.Modules.Find(0x2000)?.Index);
        Assert.Equal(2, dump.Problems.Count);
    }

    [Fact]
    public void Ends_a_module_where_the_next_begins()
    {
        var dump = Dump(Linux, false, new(0x3000, 0x1000, "c", []), new(0x1000, 0x1800, "a", []),
            new(0x2000, 0x1000, "b", []));

        Assert.Equal("a", dump.Modules.Find(0x1fff)?.Name);
        Assert.Equal("b", dump.Modules.Find(0x2000)?.Name);
        Assert.Equal("b", dump.Modules.Find(0x27ff)?.Name);
        Assert.Equal("c", dump.Modules.Find(0x3000)?.Name);
        Assert.Null(dump.Modules.Find(0x4000));
        Assert.Null(dump.Modules.Find(0xfff));
        Assert.Equal("c", dump.Modules.Main?.Name);
    }

    [Fact]
    public void Goes_on_with_a_module_behind_another_that_lies_inside_it()
    {
        var dump = Dump(Linux, false, new(0x1000, 0x80000000, "huge", []), new(0x2000, 0x1000, "inside", []));

        Assert.Equal("inside", dump.Modules.Find(0x2fff)?.Name);
        Assert.Equal("huge", dump.Modules.Find(0x3000)?.Name);
    }

    // Firefox on arm64 Linux writes some modules twice.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Prefers_the_module_with_an_identity_of_two_at_one_base(bool identityLast)
    {
        var anonymous = new Entry(0x1000, 0x1000, "anonymous", []);
        var known = new Entry(0x1000, 0x1000, "known", Elf(BuildId));
        var dump = identityLast ? Dump(Linux, false, anonymous, known) : Dump(Linux, false, known, anonymous);

        Assert.Equal("known", dump.Modules.Find(0x1800)?.Name);
    }

    [Fact]
    public void Takes_the_first_executable_of_a_Windows_process_for_the_main_module()
    {
        var dump = Dump(Windows, false, new(0x1000, 1, "ntdll.dll", []), new(0x2000, 1, @"C:\APP.EXE", []),
            new(0x3000, 1, "b.exe", []));

        Assert.Equal(@"C:\APP.EXE", dump.Modules.Main?.Name);
    }

    [Theory]
    [InlineData(9, 8)]
    [InlineData(0, 4)]
    public void Takes_the_module_that_the_kernel_started_for_the_main_one(ushort architecture, int width)
    {
        var synthetic = new SyntheticDump();
        synthetic.System(architecture, Linux);
        AddModules(synthetic, false, new(0x1000, 0x1000, "libfirst.so", []), new(0x5000, 0x1000, "program", []));
        var vector = synthetic.Layout();
        foreach (var value in new ulong[] { 33, 0x7fff0000, 3, 0x5040, 9, 0x5100, 0, 0, 3, 0x1000 })
            vector = width == 8 ? vector.U64(value) : vector.U32((uint)value);
        var dump = synthetic.Stream(0x47670008, vector).Open();

        Assert.Equal("program", dump.Modules.Main?.Name);
        Assert.Equal(0x5100UL, dump.AuxiliaryVector.EntryPoint);
        Assert.Equal(0x7fff0000UL, dump.AuxiliaryVector.Vdso);
    }

    [Fact]
    public void Names_a_module_nothing_when_its_name_is_not_readable()
    {
        var synthetic = new SyntheticDump();
        var odd = synthetic.Add(synthetic.Layout().U32(3).Zeros(8));
        var list = synthetic.Layout().U32(3);
        foreach (var rva in new[] { odd, 0xfffffff0, 0xffffffff })
            list.U64(0x1000).U32(1).Zeros(8).U32(rva).Zeros(84);
        var dump = synthetic.Stream(4, list).Open();

        Assert.All(dump.Modules, module => Assert.Equal("", module.Name));
        Assert.Equal(3, dump.Problems.Count);
    }

    [Fact]
    public void Replaces_lone_surrogates_in_names_and_bounds_their_length()
    {
        var synthetic = new SyntheticDump();
        AddModules(synthetic, false, new(1, 1, "a\ud800b", []), new(2, 1, new string('x', 100_000), []));
        var dump = synthetic.Open();

        Assert.Equal("a\ufffdb", dump.Modules[0].Name);
        Assert.Equal(65_536, dump.Modules[1].Name.Length);
    }

    [Fact]
    public void Finds_an_address_among_any_number_of_modules_as_a_plain_search_does()
    {
        var random = new Random(7);
        var entries = Enumerable.Range(0, 60)
            .Select(i => new Entry((ulong)random.Next(4000), (uint)random.Next(1, 500), $"{i}", [])).ToArray();
        var modules = Dump(Linux, false, entries).Modules;

        for (var address = 0UL; address < 4600; address++)
        {
            var expected = modules.Where(module => address >= module.Base && address < module.End)
                .OrderByDescending(module => module.Base).ThenBy(module => module.Index).FirstOrDefault();
            Assert.Same(expected, modules.Find(address));
        }
    }

    readonly record struct Entry(ulong Base, uint Size, string Name, byte[] CodeView);

    static ModuleDump Dump(uint platform, bool bigEndian, params Entry[] modules)
    {
        var synthetic = new SyntheticDump(bigEndian);
        synthetic.System(9, platform);
        AddModules(synthetic, bigEndian, modules);
        return new(synthetic.Open());
    }

    static void AddModules(SyntheticDump synthetic, bool bigEndian, params Entry[] modules)
    {
        var list = new Layout(bigEndian).U32((uint)modules.Length);
        foreach (var module in modules)
        {
            var name = synthetic.AddString(module.Name);
            var record = synthetic.Add(module.CodeView);
            list.U64(module.Base).U32(module.Size).U32(0x1234).U32(0x45d35f6c).U32(name)
                .U32(0xfeef04bd).U32(0x10000).U32(0x00010002).U32(0x00030004).Zeros(36)
                .U32((uint)module.CodeView.Length).U32(record).Zeros(24);
        }

        synthetic.Stream(4, list);
    }

    static byte[] Rsds(bool bigEndian, uint age, string path) => new Layout(bigEndian)
        .U32(0x53445352).U32(0x00112233).U16(0x4455).U16(0x6677).Raw(0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff)
        .U32(age).Raw([.. path.Select(c => (byte)c), 0, (byte)'!']).ToArray();

    static byte[] Elf(byte[] buildId) => new Layout(false).U32(0x4270454c).Raw(buildId).ToArray();

    sealed record ModuleDump(Minidump Dump)
    {
        public ModuleList Modules => Dump.Modules;

        public IReadOnlyList<Problem> Problems => Dump.Problems;

        public Module this[int index] => Dump.Modules[index];
    }
}
