"""PURE. Closed vocabularies of the tax registers; values are what the database keeps, `japanese` what files say.

Sources: 地方税法 (住民税 292条 ff., 固定資産税 341条 ff., 種別割 463条の15 ff., 納税証明 20条の10); 森林環境税及び
森林環境譲与税に関する法律.
"""

from __future__ import annotations

from enum import StrEnum

from app.residents.vocabularies import Term


class TaxStatus(Term):
    """Whether 市町村民税 was imposed for the year."""

    TAXED = "taxed", "課税"
    NOT_TAXED = "not_taxed", "非課税"


class Filing(Term):
    """On what the year's figures rest."""

    FILED = "filed", "申告あり"  # a return or a report of the payer: the figures are known, also when nothing
    DEPENDANT = "dependant", "被扶養"  # somebody's dependant, nothing filed: not taxed, no figures
    NOT_FILED = "not_filed", "未申告"


class ItemGroup(StrEnum):
    """The parts of the form of 所得・課税証明書."""

    REVENUE = "revenue"  # 収入
    INCOME = "income"  # 所得
    DEDUCTION = "deduction"  # 所得控除
    BASE = "base"  # 課税標準
    CREDIT = "credit"  # 税額控除
    TAX = "tax"  # 税額
    DEPENDANTS = "dependants"  # 扶養 (persons, not yen)


class TaxItem(StrEnum):
    """One figure of a person's year; yen, persons for the group DEPENDANTS."""

    japanese: str
    group: ItemGroup

    def __new__(cls, value: str, japanese: str, group: ItemGroup) -> TaxItem:
        member = str.__new__(cls, value)
        member._value_ = value
        member.japanese = japanese
        member.group = group
        return member

    SALARY_REVENUE = "salary_revenue", "給与収入", ItemGroup.REVENUE
    PENSION_REVENUE = "pension_revenue", "公的年金等収入", ItemGroup.REVENUE
    SALARY_INCOME = "salary_income", "給与所得", ItemGroup.INCOME
    PENSION_INCOME = "pension_income", "公的年金等所得", ItemGroup.INCOME
    BUSINESS_INCOME = "business_income", "営業等所得", ItemGroup.INCOME
    FARM_INCOME = "farm_income", "農業所得", ItemGroup.INCOME
    REAL_ESTATE_INCOME = "real_estate_income", "不動産所得", ItemGroup.INCOME
    DIVIDEND_INCOME = "dividend_income", "利子・配当所得", ItemGroup.INCOME
    TRANSFER_INCOME = "transfer_income", "譲渡・一時所得", ItemGroup.INCOME
    OTHER_INCOME = "other_income", "その他の所得", ItemGroup.INCOME
    TOTAL_INCOME = "total_income", "合計所得金額", ItemGroup.INCOME
    GROSS_INCOME = "gross_income", "総所得金額等", ItemGroup.INCOME
    SOCIAL_INSURANCE = "social_insurance", "社会保険料控除", ItemGroup.DEDUCTION
    SMALL_ENTERPRISE = "small_enterprise", "小規模企業共済等掛金控除", ItemGroup.DEDUCTION
    LIFE_INSURANCE = "life_insurance", "生命保険料控除", ItemGroup.DEDUCTION
    EARTHQUAKE_INSURANCE = "earthquake_insurance", "地震保険料控除", ItemGroup.DEDUCTION
    MEDICAL = "medical", "医療費控除", ItemGroup.DEDUCTION
    SPOUSE = "spouse", "配偶者控除", ItemGroup.DEDUCTION
    SPOUSE_SPECIAL = "spouse_special", "配偶者特別控除", ItemGroup.DEDUCTION
    DEPENDANT = "dependant", "扶養控除", ItemGroup.DEDUCTION
    DISABILITY = "disability", "障害者控除", ItemGroup.DEDUCTION
    WIDOW_SINGLE_PARENT = "widow_single_parent", "寡婦・ひとり親控除", ItemGroup.DEDUCTION
    WORKING_STUDENT = "working_student", "勤労学生控除", ItemGroup.DEDUCTION
    CASUALTY_LOSS = "casualty_loss", "雑損控除", ItemGroup.DEDUCTION
    BASIC = "basic", "基礎控除", ItemGroup.DEDUCTION
    TOTAL_DEDUCTION = "total_deduction", "所得控除合計", ItemGroup.DEDUCTION
    TAXABLE_GENERAL = "taxable_general", "課税標準額（総合）", ItemGroup.BASE
    TAXABLE_SEPARATE = "taxable_separate", "課税標準額（分離）", ItemGroup.BASE
    ADJUSTMENT_CREDIT = "adjustment_credit", "調整控除", ItemGroup.CREDIT
    DONATION_CREDIT = "donation_credit", "寄附金税額控除", ItemGroup.CREDIT
    HOUSING_CREDIT = "housing_credit", "住宅借入金等特別税額控除", ItemGroup.CREDIT
    OTHER_CREDIT = "other_credit", "その他の税額控除", ItemGroup.CREDIT
    MUNICIPAL_INCOME_LEVY = "municipal_income_levy", "市町村民税所得割", ItemGroup.TAX
    MUNICIPAL_PER_CAPITA = "municipal_per_capita", "市町村民税均等割", ItemGroup.TAX
    PREFECTURAL_INCOME_LEVY = "prefectural_income_levy", "県民税所得割", ItemGroup.TAX
    PREFECTURAL_PER_CAPITA = "prefectural_per_capita", "県民税均等割", ItemGroup.TAX
    FOREST_TAX = "forest_tax", "森林環境税", ItemGroup.TAX
    TOTAL_TAX = "total_tax", "年税額", ItemGroup.TAX
    DEPENDANT_SPOUSE = "dependant_spouse", "同一生計配偶者", ItemGroup.DEPENDANTS
    DEPENDANTS_GENERAL = "dependants_general", "一般扶養", ItemGroup.DEPENDANTS
    DEPENDANTS_SPECIFIED = "dependants_specified", "特定扶養", ItemGroup.DEPENDANTS
    DEPENDANTS_ELDERLY = "dependants_elderly", "老人扶養", ItemGroup.DEPENDANTS
    DEPENDANTS_LIVING_PARENT = "dependants_living_parent", "同居老親等", ItemGroup.DEPENDANTS
    DEPENDANTS_UNDER_16 = "dependants_under_16", "16歳未満扶養", ItemGroup.DEPENDANTS
    DEPENDANTS_DISABLED = "dependants_disabled", "障害者である扶養", ItemGroup.DEPENDANTS


class AssetKind(Term):
    LAND = "land", "土地"
    HOUSE = "house", "家屋"


class Ownership(Term):
    """Who stands as owner in the 固定資産課税台帳. A machine certifies what one living person owns alone (B19)."""

    SOLE = "sole", "単独"
    JOINT = "joint", "共有"
    HEIRS = "heirs", "相続人代表"
    CORPORATE = "corporate", "法人"


class Tax(Term):
    """税目 of 納税証明書."""

    RESIDENT = "resident", "市町村民税・県民税（普通徴収）"
    RESIDENT_WITHHELD = "resident_withheld", "市町村民税・県民税（特別徴収）"
    FIXED_ASSETS = "fixed_assets", "固定資産税・都市計画税"
    VEHICLE = "vehicle", "軽自動車税（種別割）"
    HEALTH_INSURANCE = "health_insurance", "国民健康保険税"


class VehicleHolding(Term):
    """On what the taxpayer holds the vehicle; a machine certifies the plain case alone."""

    OWN = "own", "所有"
    RETAINED = "retained", "所有権留保"
    CORPORATE = "corporate", "法人"
    EXEMPTED = "exempted", "減免"
