using System.Runtime.CompilerServices;
using Coco.Crypto;
using Coco.Evm.Code;
using Coco.Evm.Precompiles;
using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>
/// The world as transactions of a batch see and change it: a cache above an <see cref="IStateReader"/> with an undo journal.
/// Accounts and slots are named by their index in the cache, which stays the same until <see cref="Reset"/>. Nothing is written
/// down; the ledger takes <see cref="CollectChanges"/> and then calls <see cref="AcceptChanges"/> or <see cref="Reset"/>.
/// One thread; allocates nothing once its tables have grown.
/// </summary>
public sealed class JournaledState(CodeCache codes)
{
    private static readonly Address Ripemd160 = Address.FromNumber(3);

    private readonly AccountTable _accounts = new();
    private readonly SlotTable _slots = new();
    private readonly SlotTable _transient = new();
    private readonly Dictionary<Hash256, EvmCode> _newCodes = [];
    private IStateReader _reader = EmptyStateReader.Instance;
    private JournalEntry[] _journal = new JournalEntry[256];
    private int _journalLength;
    private int _transaction = 1;
    private EvmFork _fork = EvmFork.Osaka;
    private bool _ripemdTouched;

    /// <summary>Logs of the running or, until the next one begins, the last transaction.</summary>
    public LogList Logs { get; } = new();

    /// <summary>Gas to give back at the end of the transaction; may be negative in between (EIP-2200).</summary>
    public long Refund { get; internal set; }

    /// <summary>Forgets everything and reads from <paramref name="reader"/> from now on.</summary>
    public void Reset(IStateReader reader)
    {
        _reader = reader;
        _transaction = 0;
        _accounts.Clear();
        _slots.Clear();
        _newCodes.Clear();
        BeginTransaction(_fork);
    }

    /// <summary>Drops the logs and marks of the transaction before. The fork says which accounts are precompiled.</summary>
    internal void BeginTransaction(EvmFork fork)
    {
        if (fork != _fork)
        {
            _fork = fork;
            for (int i = 0; i < _accounts.Count; i++)
                _accounts[i].IsAlwaysWarm = PrecompileSet.IsPrecompile(_accounts[i].Address, fork);
        }
        _transient.Clear();
        Logs.Truncate(0);
        _journalLength = 0;
        _ripemdTouched = false;
        Refund = 0;
        _transaction++;
    }

    /// <summary>Deletes what destroyed itself and, from EIP-161 on, what was touched and is empty. Logs stay readable.</summary>
    public void FinishTransaction(bool deleteEmpty)
    {
        for (int i = 0; i < _journalLength; i++)
        {
            ref JournalEntry entry = ref _journal[i];
            if (entry.Kind > JournalKind.Destruction) continue;
            ref AccountEntry account = ref _accounts[entry.Index];
            if (account.DestroyedIn == _transaction || (deleteEmpty && account.Exists && account.IsEmpty)) Delete(ref account);
        }
        if (_ripemdTouched && deleteEmpty)
        {
            ref AccountEntry ripemd = ref _accounts[Account(Ripemd160)];
            if (ripemd.Exists && ripemd.IsEmpty) Delete(ref ripemd);
        }
        _journalLength = 0;
        _ripemdTouched = false;
        _transient.Clear();
        _transaction++;
    }

    public Snapshot TakeSnapshot() => new(_journalLength, Logs.Count, Refund);

    public void Revert(in Snapshot snapshot)
    {
        while (_journalLength > snapshot.Journal) Undo(ref _journal[--_journalLength]);
        Logs.Truncate(snapshot.Logs);
        Refund = snapshot.Refund;
    }

    /// <summary>The index of an account, read from the backend on first use; accounts that do not exist have one too.</summary>
    public int Account(in Address address)
    {
        int index = _accounts.Find(address);
        return index >= 0 ? index : Load(address);
    }

    public Address AddressOf(int account) => _accounts[account].Address;
    public bool Exists(int account) => _accounts[account].Exists;
    public bool IsEmpty(int account) => _accounts[account].IsEmpty;
    public UInt256 Balance(int account) => _accounts[account].Balance;
    public ulong Nonce(int account) => _accounts[account].Nonce;
    public Hash256 CodeHash(int account) => _accounts[account].CodeHash;
    public bool IsCreatedNow(int account) => _accounts[account].CreatedIn == _transaction;
    public bool IsDestroyedNow(int account) => _accounts[account].DestroyedIn == _transaction;

    public EvmCode Code(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        return entry.Code ?? (entry.Code = FindCode(entry.CodeHash));
    }

    /// <summary>Whether a contract may not be created here: nonce, code or storage is there (EIP-684, EIP-7610).</summary>
    public bool Collides(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        if (entry.Nonce != 0 || entry.CodeHash != EvmCode.EmptyHash) return true;
        if (entry.BaseHasStorage && !entry.StorageWiped) return true;
        for (int slot = entry.FirstSlot; slot >= 0; slot = _slots[slot].Next)
            if (!_slots[slot].Value.IsZero) return true;
        return false;
    }

    public void SetBalance(int account, in UInt256 balance)
    {
        ref AccountEntry entry = ref _accounts[account];
        Push(JournalKind.Balance, account, entry.Balance);
        entry.Balance = balance;
        if (!entry.Exists) SetExists(account);
    }

    public void AddBalance(int account, in UInt256 amount) => SetBalance(account, _accounts[account].Balance + amount);

    public void SetNonce(int account, ulong nonce)
    {
        ref AccountEntry entry = ref _accounts[account];
        Push(JournalKind.Nonce, account, entry.Nonce);
        entry.Nonce = nonce;
        if (!entry.Exists) SetExists(account);
    }

    /// <summary>Sets code whose hash is not known yet; copies it.</summary>
    public void SetCode(int account, ReadOnlySpan<byte> code)
    {
        Hash256 hash = code.IsEmpty ? EvmCode.EmptyHash : Keccak256.Hash(code);
        ref AccountEntry entry = ref _accounts[account];
        Push(JournalKind.Code, account, FromHash(entry.CodeHash));
        entry.CodeHash = hash;
        entry.Code = null;
        if (!code.IsEmpty && !_newCodes.ContainsKey(hash))
            _newCodes[hash] = codes.TryGet(hash, out EvmCode? known) ? known! : new EvmCode(code);
        if (!entry.Exists) SetExists(account);
    }

    /// <summary>Makes the account exist (before EIP-161), or lets it be deleted at the end if it is empty (after).</summary>
    public void Touch(int account, bool deleteEmpty)
    {
        ref AccountEntry entry = ref _accounts[account];
        if (!deleteEmpty)
        {
            if (!entry.Exists) SetExists(account);
            return;
        }
        Push(JournalKind.Touch, account, default);
        // Mainnet block 2675119: the precompile 3 was deleted although the call that touched it failed; everyone follows.
        if (entry.Address == Ripemd160) _ripemdTouched = true;
    }

    public void MarkCreated(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        Push(JournalKind.Creation, account, (ulong)entry.CreatedIn);
        entry.CreatedIn = _transaction;
        if (!entry.Exists) SetExists(account);
    }

    public void MarkDestroyed(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        Push(JournalKind.Destruction, account, (ulong)entry.DestroyedIn);
        entry.DestroyedIn = _transaction;
    }

    /// <summary>Makes the account warm (EIP-2929). True if it was cold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool WarmAccount(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        if (entry.WarmIn == _transaction || entry.IsAlwaysWarm) return false;
        Push(JournalKind.WarmAccount, account, (ulong)entry.WarmIn);
        entry.WarmIn = _transaction;
        return true;
    }

    /// <summary>The index of a slot, read from the backend on first use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Slot(int account, in UInt256 key)
    {
        int index = _slots.Find(account, key);
        if (index < 0) index = LoadSlot(account, key);
        ref SlotEntry entry = ref _slots[index];
        if (entry.SeenIn == _transaction) return index;
        entry.SeenIn = _transaction;
        entry.Original = entry.Value;
        return index;
    }

    public UInt256 SlotValue(int slot) => _slots[slot].Value;

    /// <summary>The value at the start of the transaction; zero for a contract that it created.</summary>
    public UInt256 SlotOriginal(int slot) => _slots[slot].Original;

    /// <summary>Makes the slot warm (EIP-2929). True if it was cold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool WarmSlot(int slot)
    {
        ref SlotEntry entry = ref _slots[slot];
        if (entry.WarmIn == _transaction) return false;
        Push(JournalKind.WarmSlot, slot, (ulong)entry.WarmIn);
        entry.WarmIn = _transaction;
        return true;
    }

    public void SetSlot(int slot, in UInt256 value)
    {
        ref SlotEntry entry = ref _slots[slot];
        Push(JournalKind.Storage, slot, entry.Value);
        entry.Value = value;
    }

    /// <summary>Forgets all slots of an account, as simulations may ask. Between transactions only: it cannot be undone.</summary>
    public void WipeStorage(int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        entry.StorageWiped = true;
        for (int slot = entry.FirstSlot; slot >= 0; slot = _slots[slot].Next) _slots[slot].Value = default;
    }

    public UInt256 GetTransient(int account, in UInt256 key)
    {
        int index = _transient.Find(account, key);
        return index < 0 ? default : _transient[index].Value;
    }

    public void SetTransient(int account, in UInt256 key, in UInt256 value)
    {
        int index = _transient.Find(account, key);
        if (index < 0) index = _transient.Add(account, key);
        Push(JournalKind.Transient, index, _transient[index].Value);
        _transient[index].Value = value;
    }

    /// <summary>Fills <paramref name="changes"/> with all that differs from the backend. Between transactions only.</summary>
    public void CollectChanges(StateChanges changes)
    {
        changes.Clear();
        for (int account = 0; account < _accounts.Count; account++) CollectAccount(changes, account);
        changes.Sort();
    }

    /// <summary>The code of an account change with a new code.</summary>
    public ReadOnlyMemory<byte> NewCode(in Hash256 codeHash) => _newCodes[codeHash].Memory;

    /// <summary>The ledger has written the changes down: what is now is what the backend has. The cache stays.</summary>
    public void AcceptChanges()
    {
        for (int index = 0; index < _accounts.Count; index++) Accept(ref _accounts[index]);
        foreach (KeyValuePair<Hash256, EvmCode> code in _newCodes) codes.Add(code.Key, code.Value);
        _newCodes.Clear();
    }

    /// <summary>The account as the backend has it; false if it does not exist there.</summary>
    public bool TryGetBase(int account, out AccountInfo info)
    {
        ref AccountEntry entry = ref _accounts[account];
        info = new AccountInfo(entry.BaseNonce, entry.BaseBalance, entry.BaseCodeHash, entry.BaseHasStorage);
        return entry.BaseExists;
    }

    private void Accept(ref AccountEntry entry)
    {
        bool hasStorage = entry.BaseHasStorage && !entry.StorageWiped;
        for (int slot = entry.FirstSlot; slot >= 0; slot = _slots[slot].Next)
        {
            _slots[slot].Base = _slots[slot].Value;
            hasStorage |= !_slots[slot].Value.IsZero;
        }
        entry.BaseHasStorage = hasStorage;
        entry.BaseExists = entry.Exists;
        entry.BaseBalance = entry.Balance;
        entry.BaseNonce = entry.Nonce;
        entry.BaseCodeHash = entry.CodeHash;
        // The backend has the deletion too now, so it answers zero for slots that are not cached.
        entry.StorageWiped = false;
    }

    private void CollectAccount(StateChanges changes, int account)
    {
        ref AccountEntry entry = ref _accounts[account];
        int first = changes.SlotCount;
        bool wiped = entry.StorageWiped && entry.BaseExists;
        for (int slot = entry.FirstSlot; slot >= 0; slot = _slots[slot].Next)
        {
            ref SlotEntry value = ref _slots[slot];
            if (wiped ? !value.Value.IsZero : value.Value != value.Base) changes.AddSlot(value.Key, value.Value);
        }
        int count = changes.SlotCount - first;
        bool same = count == 0 && !wiped && entry.Exists == entry.BaseExists && entry.Nonce == entry.BaseNonce
            && entry.Balance == entry.BaseBalance && entry.CodeHash == entry.BaseCodeHash;
        if (same) return;
        bool newCode = entry.CodeHash != entry.BaseCodeHash && _newCodes.ContainsKey(entry.CodeHash);
        changes.AddAccount(new AccountChange(
            entry.Address, entry.BaseExists, entry.Exists, entry.Nonce, entry.Balance, entry.CodeHash, newCode, wiped, first, count));
    }

    private void Delete(ref AccountEntry entry)
    {
        entry.Exists = false;
        entry.Nonce = 0;
        entry.Balance = default;
        entry.CodeHash = EvmCode.EmptyHash;
        entry.Code = null;
        entry.StorageWiped = true;
        for (int slot = entry.FirstSlot; slot >= 0; slot = _slots[slot].Next) _slots[slot].Value = default;
    }

    private int Load(in Address address)
    {
        int index = _accounts.Add(address);
        ref AccountEntry entry = ref _accounts[index];
        entry.IsAlwaysWarm = PrecompileSet.IsPrecompile(address, _fork);
        bool exists = _reader.TryGetAccount(address, out AccountInfo info);
        entry.Exists = entry.BaseExists = exists;
        entry.CodeHash = entry.BaseCodeHash = exists ? info.CodeHash : EvmCode.EmptyHash;
        if (!exists) return index;
        entry.Nonce = entry.BaseNonce = info.Nonce;
        entry.Balance = entry.BaseBalance = info.Balance;
        entry.BaseHasStorage = info.HasStorage;
        return index;
    }

    private int LoadSlot(int account, in UInt256 key)
    {
        ref AccountEntry entry = ref _accounts[account];
        UInt256 value = entry.BaseExists && entry.BaseHasStorage && !entry.StorageWiped
            ? _reader.GetStorage(entry.Address, key) : default;
        int index = _slots.Add(account, key);
        ref SlotEntry slot = ref _slots[index];
        slot.Value = slot.Base = value;
        slot.Next = entry.FirstSlot;
        entry.FirstSlot = index;
        return index;
    }

    private EvmCode FindCode(in Hash256 hash)
    {
        if (hash == EvmCode.EmptyHash) return EvmCode.Empty;
        if (_newCodes.TryGetValue(hash, out EvmCode? code)) return code;
        if (codes.TryGet(hash, out code)) return code!;
        code = new EvmCode(_reader.GetCode(hash).Span);
        codes.Add(hash, code);
        return code;
    }

    private void SetExists(int account)
    {
        Push(JournalKind.Existence, account, default);
        _accounts[account].Exists = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Push(JournalKind kind, int index, in UInt256 old)
    {
        if (_journalLength == _journal.Length) Array.Resize(ref _journal, _journalLength * 2);
        ref JournalEntry entry = ref _journal[_journalLength++];
        entry.Old = old;
        entry.Index = index;
        entry.Kind = kind;
    }

    private void Undo(ref JournalEntry entry)
    {
        switch (entry.Kind)
        {
            case JournalKind.Balance: _accounts[entry.Index].Balance = entry.Old; break;
            case JournalKind.Nonce: _accounts[entry.Index].Nonce = entry.Old.U0; break;
            case JournalKind.Code:
                _accounts[entry.Index].CodeHash = ToHash(entry.Old);
                _accounts[entry.Index].Code = null;
                break;
            case JournalKind.Existence: _accounts[entry.Index].Exists = false; break;
            case JournalKind.Touch: break;
            case JournalKind.Creation: _accounts[entry.Index].CreatedIn = (int)entry.Old.U0; break;
            case JournalKind.Destruction: _accounts[entry.Index].DestroyedIn = (int)entry.Old.U0; break;
            case JournalKind.WarmAccount: _accounts[entry.Index].WarmIn = (int)entry.Old.U0; break;
            case JournalKind.WarmSlot: _slots[entry.Index].WarmIn = (int)entry.Old.U0; break;
            case JournalKind.Storage: _slots[entry.Index].Value = entry.Old; break;
            case JournalKind.Transient: _transient[entry.Index].Value = entry.Old; break;
            default: Invariant.Fail("The journal holds a kind that nobody writes."); break;
        }
    }

    private static UInt256 FromHash(in Hash256 hash) => new(hash.Span);

    private static Hash256 ToHash(in UInt256 word)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        word.WriteBigEndian(bytes);
        return new Hash256(bytes);
    }
}
