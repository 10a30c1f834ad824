using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests;

/// <summary>What the generator emits for whole classes: approved by reading, and compiled without a warning.</summary>
public sealed class EmittedCode
{
    [Fact]
    public void KeyValueStore() => Check(["""
        using Zab;

        namespace Examples;

        /// <summary>Bytes under keys.</summary>
        [Replicated]
        public sealed partial class KeyValueStore
        {
            private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

            /// <summary>The number of writes so far.</summary>
            public long Writes { get; private set; }

            /// <summary>Sets a value.</summary>
            /// <param name="key">The key.</param>
            /// <param name="value">The new value.</param>
            [Command]
            public void Put(string key, byte[] value)
            {
                _values[key] = value;
                Writes++;
            }

            /// <summary>Removes a value; false where there is none.</summary>
            [Command]
            public bool Delete(string key) => _values.Remove(key);

            /// <summary>Sets a value where the present one is as expected.</summary>
            [Command]
            public CasResult CompareAndSet(string key, byte[]? expected, byte[] value)
            {
                byte[]? current = _values.GetValueOrDefault(key);
                if (!(current is null ? expected is null : expected is not null && current.AsSpan().SequenceEqual(expected))) return new CasResult(false, current);
                _values[key] = value;
                return new CasResult(true, value);
            }

            /// <summary>The value of a key, or null.</summary>
            [Query]
            public byte[]? Get(string key) => _values.GetValueOrDefault(key);

            /// <summary>The first keys with a prefix, in ordinal order.</summary>
            [Query]
            public List<string> Keys(string prefix = "", int limit = 100) => [.. _values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(limit)];

            /// <summary>Forgets everything.</summary>
            [Command]
            public void Clear() => _values.Clear();
        }

        /// <summary>Whether a value was set, and the value that is there now.</summary>
        public sealed record CasResult(bool IsSet, byte[]? Current);
        """]);

    [Fact]
    public void LockService() => Check(["""
        using Zab;

        namespace Locks;

        /// <summary>Leases with fencing tokens.</summary>
        [Replicated]
        public sealed partial class LockService
        {
            private readonly Dictionary<string, Holder> _held = new(StringComparer.Ordinal);
            private ulong _fence;

            /// <summary>Takes the lock if nobody holds it.</summary>
            [Command]
            public Grant? Acquire(CommandContext context, string name, TimeSpan ttl)
            {
                if (_held.TryGetValue(name, out Holder? holder) && holder.Until > context.Now) return null;
                _held[name] = new Holder(context.Session, ++_fence, context.Now + ttl);
                return new Grant(_fence);
            }

            /// <summary>Gives the lock back.</summary>
            [Command]
            public bool Release(string name, ulong fence) => _held.TryGetValue(name, out Holder? held) && held.Fence == fence && _held.Remove(name);

            /// <summary>Who holds the lock.</summary>
            [Query]
            public Holder? Get(QueryContext context, string name) => _held.GetValueOrDefault(name) is { } held && held.Until > context.Now ? held : null;
        }

        /// <summary>Who holds a lock.</summary>
        public sealed record Holder(SessionId Owner, ulong Fence, DateTimeOffset Until);

        /// <summary>A lock that was given.</summary>
        public readonly record struct Grant(ulong Fence);
        """]);

    [Fact]
    public void NestedClassWithPrivateTypes() => Check(["""
        using Zab;

        namespace Outside;

        public static partial class Outer
        {
            public partial record struct Middle
            {
                [Replicated]
                internal sealed partial class Inner
                {
                    private readonly List<Entry> _entries = [];
                    private Mode _mode;

                    [Command]
                    internal int Append(string text, Kind kind)
                    {
                        _entries.Add(new Entry(text, kind, _mode));
                        _mode = Mode.Used;
                        return _entries.Count;
                    }

                    private enum Mode : byte { Fresh, Used }

                    private sealed record Entry(string Text, Kind Kind, Mode Mode);
                }
            }

            internal enum Kind { Plain, Bold }
        }
        """]);

    [Fact]
    public void ClassInTheGlobalNamespace() => Check(["""
        using Zab;

        [Replicated(Name = "counter", Client = "Counting")]
        public sealed partial class Counter
        {
            private long _value;

            [Command(Name = "Add")] public long Increase(long by = 1) => _value += by;
            [Query] public long Value() => _value;
        }
        """]);

    [Fact]
    public void NamesThatAreKeywords() => Check(["""
        using Zab;

        namespace @event.@class;

        [Replicated]
        public sealed partial class @object
        {
            private readonly List<@int> @static = [];
            private string @readonly = "";

            public @int? @params { get; private set; }

            [Command]
            public @int @return(string @string, @int? @in, bool reader, int value, int members, int at, int cancellationToken, int context)
            {
                @readonly = @string;
                @params = @in;
                @static.Add(new @int(at, value));
                return @static[^1];
            }

            [Query] public string @is(int read, int @record) => @readonly;
        }

        public sealed record @int(int @new, int @value);
        """]);

    [Fact]
    public void InternalClass() => Check(["""
        using Zab;

        namespace Hidden;

        [Replicated]
        internal sealed partial class Registry
        {
            private readonly HashSet<Guid> _ids = [];
            private ImmutableArray<Stamp> _stamps = [];

            [Command]
            internal bool Register(CommandContext context, Guid id)
            {
                _stamps = _stamps.Add(new Stamp(context.Zxid, context.Now.UtcDateTime));
                return _ids.Add(id);
            }

            [Query] internal ImmutableArray<Stamp> Stamps() => _stamps;
        }

        internal readonly record struct Stamp(Zxid Zxid, DateTime At);
        """]);

    [Fact]
    public void ClassSplitOverFiles() => Check(["""
        using Zab;

        namespace Split;

        [Replicated]
        public sealed partial class Ledger
        {
            private readonly Dictionary<int, decimal> _balances = [];

            [Command] public decimal Deposit(int account, decimal amount) => _balances[account] = Balance(account) + amount;
        }
        """, """
        namespace Split;

        partial class Ledger
        {
            private int _audits;

            [Zab.Query] public decimal Balance(int account) => _balances.GetValueOrDefault(account);
            [Zab.Command] public int Audit() => ++_audits;
        }
        """]);

    private void Check(string[] texts, [System.Runtime.CompilerServices.CallerMemberName] string method = "")
    {
        GeneratorOutcome outcome = GeneratorHarness.Run(texts);
        Assert.Empty(outcome.Problems);
        Assert.Empty(outcome.CompilerErrors);
        Approved.Verify(this, outcome, method);
    }
}
